"""Images of a volume: copied beside its pages, linked, and missed with a message."""

from __future__ import annotations

from pathlib import Path

from story import Story

PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


def with_image(tmp_path: Path, url: str) -> Story:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", f"---\ntitle: A map\n---\n\n![The harbour]({url})\n")
    return story


def test_an_image_at_hand(tmp_path: Path) -> None:
    story = with_image(tmp_path, "maps/harbour.gif")
    story.write("content/v1/maps/harbour.gif", PIXEL)
    assert not story.build().diagnostics
    assert '<img src="../maps/harbour.gif" alt="The harbour"' in story.page("v1/d9/index.html")
    assert (story.site / "v1/maps/harbour.gif").read_bytes() == PIXEL
    story.delete("content/v1/maps/harbour.gif")
    assert [d.rule for d in story.build().diagnostics] == ["missing-image"]
    assert "<img" not in story.page("v1/d9/index.html")
    assert not (story.site / "v1/maps").exists()
    assert story.tree() == story.clean()


def test_a_suffix_may_be_left_out(tmp_path: Path) -> None:
    story = with_image(tmp_path, "harbour")
    story.write("content/v1/harbour.png", PIXEL)
    assert not story.build().diagnostics
    assert 'src="../harbour.png"' in story.page("v1/d9/index.html")


def test_an_image_that_is_not_there(tmp_path: Path) -> None:
    story = with_image(tmp_path, "../../secret.png")
    (tmp_path / "secret.png").write_bytes(PIXEL)
    report = story.build()
    assert [d.rule for d in report.diagnostics] == ["missing-image"]
    assert "content/v1/" in report.diagnostics[0].hint
    page = story.page("v1/d9/index.html")
    assert "<img" not in page and "The harbour" in page


def test_many_missing_images_are_one_message(tmp_path: Path) -> None:
    story = Story(tmp_path)
    for n in range(10, 16):
        story.write(f"content/v1/d{n}.md", f"---\ntitle: A map\n---\n\n![Map](m{n}.png)\n")
    (only,) = story.build().diagnostics
    assert "none of the 6 images" in only.message
