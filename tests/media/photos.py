"""Photos made for the tests, with things planted in them that must not leave.

Each planted thing is a word that can be searched for in the bytes of the result; numbers are
searched for by looking again with other eyes (Pillow's).
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

pillow_heif.register_heif_opener()

PLANTED = (
    b"PLANTMAKE", b"PLANTMODEL", b"PLANTOWNER", b"PLANTSERIAL", b"PLANTARTIST", b"PLANTSOFT",
    b"PLANTNOTE", b"PLANTXMP", b"PLANTIPTC", b"PLANTCOMMENT", b"PLANTTRAIL", b"PLANTTHUMB",
    b"PLANTC2PA", b"PLANTSCREEN", b"PLANTUNKNOWN", b"PLANTTEXT",
    b"P\0L\0A\0N\0T\0X\0P", b"2024:05:17", b"2024-05-17",
)  # fmt: skip
LATITUDE, LONGITUDE = 48.858370, -2.294481


def picture(mode: str = "RGB", size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Something with edges, colours and a clear up and down."""
    base = Image.linear_gradient("L").resize(size)
    made = Image.merge("RGB", (base, base.transpose(Image.Transpose.ROTATE_180), base))
    drawn = ImageDraw.Draw(made)
    drawn.rectangle((4, 4, 30, 20), fill=(250, 10, 10))
    drawn.ellipse((50, 30, 90, 60), fill=(10, 60, 240))
    if mode == "RGBA":
        made.putalpha(base)
        return made
    return made.convert(mode)


def exif(orientation: int = 1, *, thumbnail: bool = True) -> bytes:
    """An EXIF block with everything planted. Big-endian, with IFD1 when there is a thumbnail."""
    made = Image.Exif()
    made[0x010F], made[0x0110] = "PLANTMAKE", "PLANTMODEL"
    made[0x0131], made[0x013B] = "PLANTSOFT", "PLANTARTIST"
    made[0x0132] = "2024:05:17 18:30:00"
    made[0x9C9D] = "PLANTXP".encode("utf-16-le")
    if orientation != 1:
        made[0x0112] = orientation
    inner = made.get_ifd(0x8769)
    inner[0x9003] = "2024:05:17 18:30:00"
    inner[0xA430], inner[0xA431] = "PLANTOWNER", "PLANTSERIAL"
    inner[0x927C] = b"PLANTNOTE" * 20
    inner[0x9286] = b"ASCII\0\0\0PLANTCOMMENT"
    gps = made.get_ifd(0x8825)
    gps[1], gps[2] = "N", _sexagesimal(LATITUDE)
    gps[3], gps[4] = "W", _sexagesimal(-LONGITUDE)
    gps[29] = "2024:05:17"
    block = made.tobytes()
    return block + b"PLANTTHUMB" if not thumbnail else _with_thumbnail(block)


def _sexagesimal(value: float) -> tuple[float, float, float]:
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return (float(degrees), float(minutes), round((value - degrees - minutes / 60) * 3600, 2))


def _with_thumbnail(block: bytes) -> bytes:
    """IFD1 with a small JPEG that carries a planted word."""
    tiff = bytearray(block[6:])
    order = "<" if tiff[:2] == b"II" else ">"
    first = struct.unpack_from(order + "I", tiff, 4)[0]
    count = struct.unpack_from(order + "H", tiff, first)[0]
    small = jpeg_of(picture(size=(16, 16)), comment=b"PLANTTHUMB")
    at = len(tiff) + len(tiff) % 2
    tiff += bytes(at - len(tiff))
    struct.pack_into(order + "I", tiff, first + 2 + 12 * count, at)
    tiff += struct.pack(order + "H", 2)
    tiff += struct.pack(order + "HHII", 0x0201, 4, 1, at + 2 + 24 + 4)
    tiff += struct.pack(order + "HHII", 0x0202, 4, 1, len(small))
    tiff += struct.pack(order + "I", 0) + small
    return b"Exif\0\0" + bytes(tiff)


XMP = (
    b'<?xpacket begin="" id="W5M0"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description'
    b' exif:GPSLatitude="48,51.5022N" exif:GPSLongitude="2,17.6689W"'
    b' xmp:CreatorTool="PLANTXMP" xmp:CreateDate="2024-05-17T18:30:00"><dc:creator><rdf:Seq>'
    b"<rdf:li>PLANTXMP Person</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF>"
    b"</x:xmpmeta>"
)
IPTC = (
    b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", 5 + 13)
    + b"\x1c\x02\x5a\x00\x0dPLANTIPTCCITY"
)  # fmt: skip


def screen_profile() -> bytes:
    """A colour profile as a screen writes it: right colours, and a name and serial number."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", made, 128)[0]
    tags = [struct.unpack_from(">4sII", made, 132 + 12 * n) for n in range(count)]
    body = bytes(made[132 + 12 * count :])
    extra = b"mmod\0\0\0\0PLANTSCREEN-SERIAL"
    table = [(name, start + 12, size) for name, start, size in tags]
    table.append((b"mmod", 132 + 12 * (count + 1) + len(body), len(extra)))
    out = bytearray(made[:128]) + struct.pack(">I", count + 1)
    out += b"".join(struct.pack(">4sII", *row) for row in table) + body + extra
    out[0:4] = struct.pack(">I", len(out))
    out[48:52] = b"PLNT"
    return bytes(out)


def jpeg_of(image: Image.Image, *, comment: bytes = b"", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", **({"comment": comment} if comment else {}), **options)
    return out.getvalue()


def planted_jpeg(mode: str = "RGB", orientation: int = 1, *, progressive: bool = False) -> bytes:
    """Everything in one file: EXIF, thumbnail, XMP, IPTC, comment, MPF, C2PA, profile, trailer."""
    plain = jpeg_of(
        picture(mode),
        comment=b"PLANTCOMMENT",
        exif=exif(orientation),
        xmp=XMP,
        icc_profile=screen_profile() if mode == "RGB" else None,
        progressive=progressive,
        quality=88,
    )
    segments = b"".join(
        struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
        for marker, body in (
            (0xED, IPTC),
            (0xEB, b"JP\0\1\0\0\0\1\0\0\0\x40jumbPLANTC2PA"),
            (0xE2, b"MPF\0II*\0\x08\0\0\0\0\0\0\0"),
            (0xE5, b"PLANTUNKNOWN"),
            (0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 40 + b"PLANTXMP"),
        )
    )
    second = jpeg_of(picture(size=(8, 8)), comment=b"PLANTTRAIL")
    return plain[:2] + segments + plain[2:] + second + b"\0\0\0\x18ftypmp42PLANTTRAIL"


def planted_png(orientation: int = 1, *, animated: bool = False) -> bytes:
    info = PngInfo()
    info.add_text("Author", "PLANTARTIST")
    info.add_text("parameters", "PLANTTEXT", zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    info.add(b"tIME", struct.pack(">H5B", 2024, 5, 17, 18, 30, 0))
    info.add(b"caBX", b"PLANTC2PA")
    info.add(b"prVt", b"PLANTUNKNOWN")
    frames = [picture("RGBA").rotate(step) for step in (90, 180)] if animated else []
    out = io.BytesIO()
    picture("RGBA").save(
        out,
        "PNG",
        pnginfo=info,
        exif=exif(orientation),
        icc_profile=screen_profile(),
        dpi=(144, 144),
        **({"save_all": True, "append_images": frames, "duration": 40} if animated else {}),
    )
    return out.getvalue() + b"PLANTTRAIL"


def planted_webp(
    orientation: int = 1, *, lossless: bool = False, animated: bool = False, alpha: bool = False
) -> bytes:
    frames = [picture("RGBA").rotate(step) for step in (90, 180)] if animated else []
    out = io.BytesIO()
    picture("RGBA" if alpha or animated else "RGB").save(
        out,
        "WEBP",
        lossless=lossless,
        exif=exif(orientation),
        xmp=XMP,
        icc_profile=screen_profile(),
        **({"save_all": True, "append_images": frames, "duration": 40} if animated else {}),
    )
    made = out.getvalue()
    extra = b"PRVT" + struct.pack("<I", 12) + b"PLANTUNKNOWN"
    made = made[:4] + struct.pack("<I", len(made) - 8 + len(extra)) + made[8:] + extra
    return made + b"PLANTTRAIL"


def planted_heic(kind: str = "HEIF", orientation: int = 1) -> bytes:
    out = io.BytesIO()
    picture(size=(128, 96)).save(
        out, kind, quality=90, exif=exif(orientation), xmp=XMP, icc_profile=screen_profile()
    )
    return out.getvalue() + struct.pack(">I4s", 8 + 10, b"mpvd") + b"PLANTTRAIL"


MAKERS: dict[str, Callable[[], bytes]] = {
    "jpeg": planted_jpeg,
    "progressive jpeg": lambda: planted_jpeg(progressive=True),
    "grey jpeg": lambda: planted_jpeg("L"),
    "cmyk jpeg": lambda: planted_jpeg("CMYK"),
    "png": planted_png,
    "animated png": lambda: planted_png(animated=True),
    "webp": planted_webp,
    "lossless webp": lambda: planted_webp(lossless=True),
    "webp with alpha": lambda: planted_webp(alpha=True),
    "animated webp": lambda: planted_webp(animated=True),
}


def frames_of(data: bytes) -> list[bytes]:
    """The pixels of every frame, as stored (not turned)."""
    opened = Image.open(io.BytesIO(data))
    found = []
    for number in range(getattr(opened, "n_frames", 1)):
        opened.seek(number)
        found.append(opened.mode.encode() + opened.tobytes())
    return found


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
