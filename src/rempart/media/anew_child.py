"""The process that decodes and codes again (see `anew`): standard input to standard output."""

from __future__ import annotations

import io
import os
import resource
import sys
import warnings

from rempart.media import icc
from rempart.media.anew import MEMORY, QUALITY, SECONDS
from rempart.media.finding import MAX_PIXELS


def main() -> int:
    os.nice(10)  # messages go before photos
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pillow_heif
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    opened = Image.open(io.BytesIO(sys.stdin.buffer.read()))
    profile = icc.cleaned(opened.info.get("icc_profile") or b"")
    picture = ImageOps.exif_transpose(opened)
    mode = picture.mode if picture.mode in ("RGB", "RGBA", "L") else "RGB"
    fresh = Image.frombytes(mode, picture.size, picture.convert(mode).tobytes())
    out = io.BytesIO()
    kind = {"heic": "HEIF", "avif": "AVIF"}[sys.argv[1]]
    # The default effort of the encoder takes five times as long for a file a quarter smaller.
    quick = {"enc_params": {"preset": "ultrafast"}} if kind == "HEIF" else {"speed": 8}
    fresh.save(out, kind, quality=QUALITY, icc_profile=profile, exif=None, xmp=None, **quick)
    sys.stdout.buffer.write(out.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
