"""Hostile photos, each refused or drawn anew without what it hides, in less than 300 MB: ``./run drill photos``.

They are judged in a process of its own whose peak memory counts. The control opens whatever it is given and hands it on: it
must be seen keeping what is hidden and taking more memory.
"""

from __future__ import annotations

import io
import itertools
import multiprocessing
import random
import re
import resource
import struct
import time
import zlib
from collections.abc import Iterator
from multiprocessing.pool import Pool
from pathlib import Path

from PIL import Image, PngImagePlugin

from scheduler.certificates.photos import portrait
from scheduler.errors import IssuanceError
from tests.certificates.people import a_photo
from tests.drills import figures

SMALL, FULL = 60, 3_000
MOST_MB, MOST_S = 300, 10.0
MARK = b"SECRET-OF-SOMEBODY"


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of_nothing(width: int, height: int, *, depth: int = 8, colour: int = 6, interlaced: int = 0) -> bytes:
    """Return a PNG of one colour, packed line by line: small as a file, large once opened."""
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    line = bytes(1 + (width * bits + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def bombs(*, few: bool) -> Iterator[tuple[str, bytes]]:
    sizes = ((4_000, 4_000), (40_000, 20_000), (60_000, 500), (6_300, 6_300), (5_000, 7_999), (40_000, 999))
    forms = ((8, 6), (1, 0), (16, 6), (8, 2), (8, 4), (16, 0))
    for (width, height), (depth, colour) in itertools.product(sizes[: 1 if few else 6], forms[: 2 if few else 6]):
        if width * height * depth * colour < 1 << 31:
            said = f"PNG {width} x {height}, {depth} bits, colour {colour}"
            yield said, png_of_nothing(width, height, depth=depth, colour=colour)
    yield "JPEG that says 65000 x 65000", with_size(saved("JPEG"), 65_000, 65_000)
    yield "JPEG that says 6000 x 6500", with_size(saved("JPEG"), 6_000, 6_500)
    yield "PNG 6100 x 6100", png_of_nothing(6_100, 6_100)
    if not few:
        yield from _heavy_bombs()


def _heavy_bombs() -> Iterator[tuple[str, bytes]]:
    good = saved("PNG")
    packed = zlib.compress(bytes(200 << 20), 9)
    texts = ((b"iCCP", b"x\0\0" + packed), (b"zTXt", b"x\0\0" + packed), (b"iTXt", b"x\0\1\0\0\0" + packed))
    for kind, content in texts:
        yield f"PNG with {kind.decode()} of 200 MB", good[:33] + chunk(kind, content) + good[33:]
    yield "JPEG 6300 x 6300", saved("JPEG", size=(6_300, 6_300), quality=5)
    for width in (4_000, 6_300):
        yield (
            f"progressive JPEG {width}",
            saved("JPEG", size=(width, width), quality=5, progressive=True, subsampling=0),
        )
    scans = saved("JPEG", size=(2_000, 3_000), progressive=True)
    first = scans.index(b"\xff\xda")
    yield "JPEG of many scans", scans[:first] + scans[first:-2] * 40 + scans[-2:]


def wrong_types() -> Iterator[tuple[str, bytes]]:
    for kind in ("BMP", "GIF", "TIFF", "WEBP", "ICO", "PPM", "TGA", "JPEG2000", "PCX", "EPS", "PDF", "SGI", "DDS"):
        try:
            yield kind, saved(kind)
        except (KeyError, OSError):  # this Pillow cannot write it
            continue
    yield "SVG", b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="420"/>'
    yield from {"empty": b"", "text": b"photo", "HTML": b"<html><script>1</script>", "zip": b"PK\x03\x04" + bytes(900),
                "program": b"MZ" + bytes(900), "only zeros": bytes(1 << 20), "11 MB": bytes(11 << 20)}.items()  # fmt: skip
    yield "JPEG head alone", saved("JPEG")[:300]
    yield "JPEG cut off", saved("JPEG")[:-400]
    yield "PNG cut off", saved("PNG")[:-400]
    yield "PNG with a wrong check sum", saved("PNG").replace(b"IDAT", b"IDAT\x99", 1)
    yield "animated PNG", animated("PNG")
    yield "animated WebP", animated("WEBP")
    yield "interlaced PNG", png_of_nothing(300, 420, interlaced=1)
    yield "tiny", saved("JPEG", size=(20, 28))
    yield "one line", saved("JPEG", size=(20_000, 1))
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16", "CMYK", "YCbCr", "PA"):
        try:
            out = io.BytesIO()
            Image.new(mode, (300, 420)).save(out, "JPEG" if mode in {"CMYK", "YCbCr"} else "PNG")
            yield f"mode {mode}", out.getvalue()
        except (KeyError, OSError, ValueError):
            continue


def hiding() -> Iterator[tuple[str, bytes]]:
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = MARK.decode(), MARK.decode()
    exif.get_ifd(0x8825)[1] = MARK.decode()
    for turn in range(10):
        exif[0x0112] = turn
        yield f"JPEG with GPS, turned {turn}", saved("JPEG", exif=exif)
        yield f"PNG with GPS, turned {turn}", saved("PNG", exif=exif)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", MARK.decode())
    text.add_itxt("XML:com.adobe.xmp", f"<x>{MARK.decode()}</x>")
    yield "PNG with texts", saved("PNG", pnginfo=text)
    yield "JPEG with XMP", saved("JPEG", xmp=MARK)
    yield "JPEG with a comment", saved("JPEG", comment=MARK)
    yield "JPEG with a profile", saved("JPEG", icc_profile=MARK * 9)
    yield "JPEG and PDF in one", saved("JPEG", comment=b"%PDF-1.4 " + MARK)
    for kind in ("JPEG", "PNG"):
        good = saved(kind)
        yield f"{kind} followed by a little", good + MARK
        yield f"{kind} followed by a zip", good + MARK * 99 + b"PK\x05\x06" + bytes(18)
        yield f"{kind} followed by another", good + MARK + good


def mutated(chance: random.Random, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield good photos with some bytes changed, cut, doubled or moved."""
    good = [saved(kind, **more) for kind in ("JPEG", "PNG") for more in ({}, {"exif": b"Exif\0\0MM\0*" + MARK})]
    good.append(saved("JPEG", progressive=True))
    for n in range(count):
        photo = bytearray(chance.choice(good))
        for _ in range(chance.choice((1, 3, 20))):
            at, length = chance.randrange(min(len(photo), chance.choice((64, 700, 1 << 20)))), chance.randint(1, 60)
            piece = photo[at : at + length]
            photo[at : at + length] = chance.choice((chance.randbytes(len(piece)), b"", bytes(piece) * 2, b"\xff" * 4))
        yield f"mutation {n}", bytes(photo)


def saved(kind: str, *, size: tuple[int, int] = (295, 413), **more: object) -> bytes:
    return a_photo(3, size=size, format=kind, **more)


def animated(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (300, 420), colour) for colour in ("red", "blue", "green")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def with_size(jpeg: bytes, width: int, height: int) -> bytes:
    at = next(jpeg.index(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in jpeg)
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def judged(photo: bytes) -> tuple[str, float, int]:
    """Return what the product makes of a photo, the seconds it took, and this process's peak of memory so far, MB."""
    began = time.process_time()
    try:
        verdict = _wrong(portrait(photo, "甲")) or "taken"
    except IssuanceError:
        verdict = "refused"
    except Exception as fault:  # noqa: BLE001 - any other is what the drill looks for
        verdict = f"{type(fault).__name__}: {fault}"
    return verdict, time.process_time() - began, peak_mb()


def careless(photo: bytes) -> tuple[str, float, int]:
    """Return the same for somebody who opens and hands on whatever he gets."""
    Image.MAX_IMAGE_PIXELS = None
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))  # the machine shall live
    try:
        with Image.open(io.BytesIO(photo)) as picture:
            picture.convert("RGBA")
        return _wrong(photo) or "taken", 0.0, peak_mb()
    except Exception:  # noqa: BLE001 - he refuses nothing on purpose
        return "refused", 0.0, peak_mb()


def _wrong(photo: bytes) -> str:
    """Tell what is wrong with a photo that was taken; nothing when it may be printed."""
    with Image.open(io.BytesIO(photo)) as picture:
        picture.load()
        kept = set(picture.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
        if (picture.format, picture.mode) != ("JPEG", "RGB") or kept or MARK in photo:
            return f"kept {picture.format} {picture.mode} {sorted(kept)}"
        small = picture.width <= 590 and picture.height <= 826
        return "" if small and photo.endswith(b"\xff\xd9") else f"{picture.size}"


def peak_mb() -> int:
    """Return the most memory this process ever held; getrusage would count that of the process it was started from."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) >> 10


def drill(trials: int, seed: int) -> Iterator[figures.Row]:
    """Yield a row a kind; ``trials`` counts the mutated ones, a small drill has fewer bombs, too."""
    kinds = {"wrong type": wrong_types(), "hidden data": hiding(), "mutated": mutated(random.Random(seed), trials),
             "bomb": bombs(few=trials <= SMALL)}  # fmt: skip
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as ours, context.Pool(1) as theirs:
        for kind, photos in kinds.items():
            yield _row(kind, list(photos), ours, theirs)


def _row(kind: str, photos: list[tuple[str, bytes]], ours: Pool, theirs: Pool) -> figures.Row:
    found = [(what, *ours.apply(judged, (photo,))) for what, photo in photos]
    control = [theirs.apply(careless, (photo,)) for _, photo in photos]
    taken, refused = (sum(one[1] == said for one in found) for said in ("taken", "refused"))
    bad = [one for one in found if one[1] not in {"taken", "refused"} or one[2] > MOST_S]
    for what, verdict, seconds, _ in bad:
        print(f"{kind}: {what}: {verdict} ({seconds:.1f} s)", flush=True)
    peak, theirs_mb = found[-1][3], control[-1][2]
    return {"kind": kind, "photos": len(found), "taken": taken, "refused": refused, "slowest s": round(max(one[2] for one in found), 1),
            "peak MB": peak, "faults": len(bad) + (peak > MOST_MB), "control MB": theirs_mb,
            "control_failed": sum(one[0] not in {"taken", "refused"} for one in control) + (theirs_mb > MOST_MB)}  # fmt: skip


def main() -> None:
    """Run the drill and print one table."""
    figures.run(drill, figures.asked(__doc__, small=SMALL, full=FULL, what="mutated photos"))


if __name__ == "__main__":
    main()
