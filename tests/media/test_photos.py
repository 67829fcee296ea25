"""What was planted in a photo is found before it is posted, and gone after it was cleaned."""

from __future__ import annotations

import io
import struct
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps
from tests.media import photos

from rempart.media import anew, blocks, icc
from rempart.media.clean import clean
from rempart.media.exif import read_exif
from rempart.media.finding import Kind, MediaError, NeedsExtraError
from rempart.media.look import look_at
from rempart.media.texts import inflated

pytestmark = pytest.mark.filterwarnings("ignore:.*(Corrupt EXIF|malformed MPO)")
EVERYTHING = {
    Kind.PLACE, Kind.PERSON, Kind.SERIAL, Kind.DEVICE, Kind.TIME, Kind.SOFTWARE, Kind.MAKER,
}  # fmt: skip


@pytest.mark.parametrize("name", photos.MAKERS)
def test_what_was_planted_is_found(name: str) -> None:
    look = look_at(photos.MAKERS[name]())
    kinds = {found.kind for found in look.findings}
    assert kinds >= EVERYTHING, kinds
    assert look.place is not None
    assert look.place.latitude == pytest.approx(photos.LATITUDE, abs=2e-5)
    assert look.place.longitude == pytest.approx(photos.LONGITUDE, abs=2e-5)
    assert look.place.metres < 50
    assert (look.width, look.height) == (96, 64)
    values = " ".join(found.value for found in look.findings)
    for word in ("PLANTMAKE", "PLANTOWNER", "PLANTSERIAL", "2024:05:17", "PLANTXMP Person"):
        assert word in values


def test_a_jpeg_tells_its_previews_its_video_and_where_it_was_edited() -> None:
    kinds = {(found.kind, found.where) for found in look_at(photos.planted_jpeg()).findings}
    assert kinds >= {
        (Kind.PREVIEW, "EXIF"),
        (Kind.PREVIEW, "MPF"),
        (Kind.MOTION, "trailer"),
        (Kind.PROVENANCE, "C2PA"),
        (Kind.PLACE, "IPTC"),
        (Kind.TEXT, "comment"),
        (Kind.PROFILE, "ICC"),
        (Kind.UNKNOWN, "APP5"),
    }


@pytest.mark.parametrize("name", photos.MAKERS)
def test_nothing_planted_is_left_and_not_a_pixel_changed(name: str) -> None:
    before = photos.MAKERS[name]()
    cleaned = clean(before)
    assert cleaned.lossless
    for word in photos.PLANTED:
        assert word not in cleaned.data
    assert photos.frames_of(cleaned.data) == photos.frames_of(before)
    assert look_at(cleaned.data).findings == ()
    opened = Image.open(io.BytesIO(cleaned.data))
    assert not opened.getexif()
    assert not {"xmp", "comment", "photoshop", "parameters", "Author"} & set(opened.info)
    assert opened.info.get("duration") == Image.open(io.BytesIO(before)).info.get("duration")


def test_a_second_picture_in_the_file_goes() -> None:
    out = io.BytesIO()
    second = photos.picture().rotate(90)
    photos.picture().save(out, "MPO", save_all=True, append_images=[second], exif=photos.exif())
    before = out.getvalue()
    assert (Kind.PREVIEW, "MPF") in {
        (found.kind, found.where) for found in look_at(before).findings
    }
    after = clean(before).data
    assert photos.frames_of(after) == photos.frames_of(before)[:1]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    "made",
    [
        photos.planted_jpeg,
        photos.planted_png,
        photos.planted_webp,
        lambda orientation: photos.planted_webp(orientation, lossless=True),
    ],
    ids=["jpeg", "png", "webp", "lossless webp"],
)
def test_the_picture_stands_as_upright_as_before(made: object, orientation: int) -> None:
    before = made(orientation=orientation)  # type: ignore[operator]
    after = clean(before).data
    upright = [ImageOps.exif_transpose(Image.open(io.BytesIO(data))) for data in (before, after)]
    assert upright[0].size == upright[1].size
    assert upright[0].tobytes() == upright[1].tobytes()
    left = dict(Image.open(io.BytesIO(after)).getexif())
    assert left == ({} if orientation == 1 else {0x0112: orientation})


def test_a_plain_webp_that_gets_an_orientation_stays_readable() -> None:
    out = io.BytesIO()
    photos.picture().save(out, "WEBP", exif=photos.exif(6))
    after = clean(out.getvalue()).data
    assert photos.frames_of(after) == photos.frames_of(out.getvalue())


@pytest.mark.parametrize("name", ["jpeg", "png", "webp"])
def test_colours_are_shown_as_before_and_the_screen_is_no_longer_named(name: str) -> None:
    before = photos.MAKERS[name]()
    after = clean(before).data
    shown = []
    for data in (before, after):
        opened = Image.open(io.BytesIO(data))
        profile = opened.info["icc_profile"]
        turned = ImageCms.profileToProfile(
            opened.convert("RGB"), io.BytesIO(profile), io.BytesIO(_other_profile())
        )
        assert turned is not None
        shown.append(turned.tobytes())
    assert shown[0] == shown[1]
    profile = Image.open(io.BytesIO(after)).info["icc_profile"]
    assert b"PLANTSCREEN" not in profile
    assert profile[48:52] == bytes(4)
    assert icc.cleaned(profile) == profile


def _other_profile() -> bytes:
    """Red and blue changed places, so that turning colours changes every pixel."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for place in range(struct.unpack_from(">I", made, 128)[0]):
        at = 132 + 12 * place
        name = bytes(made[at : at + 4])
        made[at : at + 4] = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}.get(name, name)
    return bytes(made)


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_heic_and_avif_are_written_anew(kind: str) -> None:
    before = photos.planted_heic(kind)
    look = look_at(before)
    kinds = {found.kind for found in look.findings}
    assert kinds >= {*EVERYTHING, Kind.MOTION}, kinds
    assert (look.width, look.height) == (128, 96)
    cleaned = clean(before)
    assert not cleaned.lossless
    for word in photos.PLANTED:
        assert word not in cleaned.data
    old, new = (Image.open(io.BytesIO(data)).convert("RGB") for data in (before, cleaned.data))
    assert old.size == new.size
    away = [abs(a - b) for a, b in zip(old.tobytes(), new.tobytes(), strict=True)]
    assert sum(away) / len(away) < 6


def test_without_the_extra_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anew, "available", lambda: False)
    with pytest.raises(NeedsExtraError) as error:
        clean(photos.planted_heic())
    assert "rempart[media]" in error.value.next_step


def test_looking_needs_no_picture_library() -> None:
    code = (
        "import sys; sys.modules['PIL'] = None; from rempart.media.look import look_at;"
        "print(len(look_at(sys.stdin.buffer.read()).findings))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=photos.planted_heic(), capture_output=True, check=True
    )
    assert int(done.stdout) > 5


def test_a_bomb_is_refused_before_a_pixel_is_decoded() -> None:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + photos.png_chunk(b"IHDR", head)
    bomb += photos.png_chunk(b"IDAT", b"x" * 100) + photos.png_chunk(b"IEND", b"")
    with pytest.raises(MediaError, match="60000 × 60000"):
        look_at(bomb)
    with pytest.raises(MediaError, match="larger than 25 MB"):
        look_at(b"\xff\xd8\xff" + bytes(26 << 20))


def test_a_text_that_would_unpack_to_a_gigabyte_is_not_unpacked() -> None:
    import zlib

    packed = zlib.compress(bytes(64 << 20), 9)
    assert len(inflated(packed, 1_000)) == 1_000
    plain = io.BytesIO()
    photos.picture().save(plain, "PNG")
    made = plain.getvalue()
    made = made[:33] + photos.png_chunk(b"zTXt", b"Comment\0\0" + packed) + made[33:]
    assert look_at(made).findings[0].kind is Kind.TEXT
    assert b"Comment" not in clean(made).data


def test_thousands_of_blocks_cost_no_more_than_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    real = blocks.read_xmp
    monkeypatch.setattr(blocks, "read_xmp", lambda raw: (read.append(len(raw)), real(raw))[1])
    plain = photos.jpeg_of(photos.picture())
    body = b"http://ns.adobe.com/xap/1.0/\0" + photos.XMP
    segment = struct.pack(">BBH", 0xFF, 0xE1, len(body) + 2) + body
    made = plain[:2] + segment * 3_000 + plain[2:]
    assert (Kind.UNKNOWN, "XMP", "") in look_at(made).findings
    assert len(read) == 4
    assert clean(made).data == clean(plain).data


def test_an_exif_block_cut_in_its_middle_still_says_what_it_can() -> None:
    block = photos.exif()[6:]
    for end in range(8, len(block)):
        found = read_exif(block[:end])
        assert found.orientation == 1
    assert Kind.DEVICE in {one.kind for one in read_exif(block[: len(block) * 3 // 4]).findings}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"GIF89a" + bytes(100),
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x04\0\0\0WEBP",
        b"\0\0\0\x18ftypheic" + bytes(12),
    ],
)
def test_what_is_no_photo_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(MediaError) as error:
        clean(data)
    assert error.value.what


SAMPLES = [made() for made in photos.MAKERS.values()] + [photos.planted_heic()]


@pytest.mark.parametrize("sample", SAMPLES[:1] + SAMPLES[4:5] + SAMPLES[6:7] + SAMPLES[-1:])
def test_cut_files_never_crash_and_give_nothing_away(sample: bytes) -> None:
    for end in range(0, len(sample), max(1, len(sample) // 150)):
        try:
            look = look_at(sample[:end])
            if look.format.value in ("heic", "avif"):
                continue
            cleaned = clean(sample[:end]).data
        except MediaError:
            continue
        assert not any(word in cleaned for word in photos.PLANTED)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.integers(0, len(SAMPLES) - 1),
    st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=8)), max_size=8),
)
def test_damaged_files_never_crash(number: int, changes: list[tuple[float, bytes]]) -> None:
    data = bytearray(SAMPLES[number])
    for place, piece in changes:
        at = int(place * len(data))
        data[at : at + len(piece)] = piece
    try:
        look = look_at(bytes(data))
        if look.format.value not in ("heic", "avif"):
            assert look_at(clean(bytes(data)).data).findings == ()
    except MediaError as error:
        assert error.what


HEADS = [
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF\xff\0\0\0WEBP",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    b"",
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(HEADS), st.binary(max_size=400))
def test_random_bytes_never_crash(head: bytes, rest: bytes) -> None:
    try:
        look_at(head + rest)
        if not head.endswith(b"heic"):
            clean(head + rest)
    except MediaError as error:
        assert error.what
