from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from scheduler.certificates.photos import portrait
from scheduler.errors import IssuanceError
from tests.certificates.people import a_photo


def opened(photo):
    return Image.open(io.BytesIO(photo))


def test_portrait_is_the_same_every_time_and_rgb():
    assert portrait(a_photo(), "甲") == portrait(a_photo(), "甲")
    assert (opened(portrait(a_photo(), "甲")).mode, opened(portrait(a_photo(), "甲")).size) == ("RGB", (295, 413))


def test_hidden_data_are_dropped_and_the_picture_set_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "secret camera"
    picture = opened(portrait(a_photo(size=(413, 295), exif=exif), "甲"))
    assert (picture.size, dict(picture.getexif())) == ((295, 413), {})


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_orientation_is_set_upright_as_the_library_does(turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    photo = a_photo(size=(413, 295), exif=exif)
    wanted = ImageOps.exif_transpose(opened(photo))
    ours = opened(portrait(photo, "甲"))
    assert ours.size == wanted.size
    assert ImageStat.Stat(ImageChops.difference(ours, wanted)).mean < [2, 2, 2]


def test_large_lying_photo_is_made_small_and_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(portrait(a_photo(size=(4130, 2950), exif=exif), "甲")).size == (590, 826)


def test_large_photo_is_made_small():
    assert opened(portrait(a_photo(size=(2950, 4130)), "甲")).size == (590, 826)


def test_transparent_png_stands_on_white():
    out = io.BytesIO()
    Image.new("RGBA", (300, 420), (255, 0, 0, 0)).save(out, "PNG")
    assert opened(portrait(out.getvalue(), "甲")).getpixel((5, 5)) == (255, 255, 255)


def bomb():
    out = io.BytesIO()
    Image.new("1", (40_000, 40_000)).save(out, "PNG")
    return out.getvalue()


def test_a_large_photo_that_must_stand_in_memory_whole_is_refused():
    for photo in (a_photo(size=(4100, 4100), format="PNG"), a_photo(size=(4100, 4100), progressive=True)):
        with pytest.raises(IssuanceError, match="像素过多"):
            portrait(photo, "甲")
    assert opened(portrait(a_photo(size=(4100, 4100)), "甲")).size == (590, 590)


@pytest.mark.parametrize(
    "photo",
    [b"", b"not a photo", a_photo()[:-500], a_photo()[:30], a_photo(format="BMP"), a_photo(format="GIF"),
     b"\xff\xd8\xff" + b"0" * 200 + b"\xff\xd9", bomb(), b"0" * (11 << 20)],
    ids=["empty", "text", "cut", "header", "bmp", "gif", "damaged", "bomb", "large"],
)  # fmt: skip
def test_unusable_photo_is_refused_and_names_the_holder(photo):
    with pytest.raises(IssuanceError) as refused:
        portrait(photo, "王小明")
    assert [(f.rule, f.where.subject) for f in refused.value.findings] == [("photo-unusable", "王小明")]


def test_a_photo_too_small_to_tell_a_face_is_refused_with_its_size():
    with pytest.raises(IssuanceError) as refused:
        portrait(a_photo(size=(20, 28)), "王小明")
    assert [(f.rule, f.said) for f in refused.value.findings] == [("photo-unusable", "20 x 28")]


def test_a_photo_is_written_no_finer_than_it_came_and_never_finer_than_ours():
    coarse, fine = a_photo(quality=60, subsampling=2), a_photo(quality=99, subsampling=0)
    ours = opened(portrait(coarse, "甲"))
    assert ours.quantization == opened(coarse).quantization
    assert len(portrait(coarse, "甲")) <= len(coarse) * 1.02
    assert opened(portrait(fine, "甲")).quantization != opened(fine).quantization
    assert len(portrait(fine, "甲")) < len(fine)
    assert ImageStat.Stat(ImageChops.difference(ours, opened(coarse))).mean < [1, 1, 1]
