"""Fonts with Korean and Japanese letters among those of this machine: a PDF must carry them, a page takes the reader's own."""

from functools import cache

from bongsu.base.errors import BadInput

_FAMILIES = {
    "ko": (
        "Noto Sans CJK KR",
        "Noto Sans CJK JP",
        "Noto Sans KR",
        "Source Han Sans KR",
        "Source Han Sans K",
        "NanumGothic",
        "Malgun Gothic",
        "Apple SD Gothic Neo",
        "AppleGothic",
    ),
    "ja": (
        "Noto Sans CJK JP",
        "Noto Sans CJK KR",
        "Noto Sans JP",
        "Source Han Sans JP",
        "Source Han Sans",
        "IPAexGothic",
        "IPAGothic",
        "TakaoPGothic",
        "Yu Gothic",
        "Hiragino Sans",
    ),
}
"""In order of preference. A Noto collection holds the letters of both languages, whichever of its faces is found."""

LATIN = "DejaVu Sans"
"""Packaged with the library that draws."""

REMEDY = (
    "install Noto Sans CJK (Debian, Ubuntu: fonts-noto-cjk; Fedora: google-noto-sans-cjk-fonts; macOS: brew install font-noto-sans-cjk), "
    "then remove the drawing library's font cache if it was there before"
)


@cache
def family(language: str) -> str | None:
    """The family for a language: None where this machine has none. English needs none but the packaged one."""
    from matplotlib import font_manager

    if language not in _FAMILIES:
        return LATIN
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in _FAMILIES[language] if name in known), None)


def families(language: str) -> list[str]:
    """Families to draw a language with, the first that holds a letter wins. Raises `BadInput` where the language cannot be drawn."""
    found = family(language)
    if found is None:
        raise BadInput(f"no font of this machine has the letters of language {language!r}", REMEDY)
    return list(dict.fromkeys((found, LATIN)))
