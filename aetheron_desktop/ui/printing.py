"""A report as a PDF file, by Qt's own layout of text: no browser, and no screen.

The page's charts are drawn at print resolution and stand in the text as pictures; its styles are those of paper.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QMarginsF, QSizeF, Qt, QUrl
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument

from aetheron_desktop.engine.errors import storage_errors

if TYPE_CHECKING:
    from pathlib import Path

_DPI: Final = 96
_SCALE: Final = 3
_MARGIN_MM: Final = 16.0
_WIDTH: Final = 640
"""Points of the page's width, within its margins; wider charts are made smaller."""
_CHART: Final = re.compile(r'<svg viewBox="0 0 (\d+) (\d+)"[^>]*>(.*?)</svg>', re.DOTALL)
_PAPER: Final = """
.axis { stroke: #c5cad6; } .line { fill: none; stroke: #2457c5; stroke-width: 1.8; } .bar0 { fill: #91abe2; }
.guide { fill: none; stroke: #5b6475; stroke-dasharray: 4 4; } .band { fill: #d3ddf3; } .mark { fill: #2457c5; }
.dot { fill: #7d9ade; } .bar1 { fill: #e0ab8c; } text { font-family: sans-serif; font-size: 11px; fill: #444c5c; }
"""
_TEXT: Final = """
body { font-family: sans-serif; font-size: 9.5pt; color: #1d2330; } h1 { font-size: 18pt; } h2 { font-size: 13pt; }
h3 { font-size: 10.5pt; } th { text-align: left; background: #eef1f6; } th, td { padding: 2px 6px; }
.soft, figcaption, footer { color: #5b6475; } .number { text-align: right; }
"""


def write_pdf(page: str, out: Path) -> None:
    """Write the report ``page``, HTML as the engine makes it, to the file ``out``. It may be called in any thread.

    Raises:
        StorageError: the disk refuses.
    """
    document = QTextDocument()
    document.setDefaultStyleSheet(_TEXT)
    charts: list[str] = []

    def placed(found: re.Match[str]) -> str:
        wide, high = int(found[1]), int(found[2])
        share = min(1.0, _WIDTH / wide)
        name = f"chart:{len(charts)}"
        charts.append(name)
        document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), _drawn(found[3], wide, high))
        return f'<img src="{name}" width="{round(share * wide)}" height="{round(share * high)}"><br>'

    body = _CHART.sub(placed, page[page.index("<body>") :])
    document.setHtml(
        f"<html>{body}".replace("<figure>", "<p>")
        .replace('<figure class="wide">', "<p>")
        .replace("</figure>", "</p>")
        .replace("<table>", _TABLE)
    )
    with storage_errors(out):
        part = out.with_name(f".{out.name}.new")
        _print(document, part)
        part.replace(out)


_TABLE: Final = '<table width="100%" cellspacing="0" cellpadding="3">'


def _print(document: QTextDocument, out: Path) -> None:
    writer = QPdfWriter(str(out))
    writer.setResolution(_DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document.documentLayout().setPaintDevice(writer)
    document.setPageSize(QSizeF(writer.width(), writer.height()))
    document.setDocumentMargin(0.0)
    document.print_(writer)


def _drawn(inside: str, wide: int, high: int) -> QImage:
    from PySide6.QtSvg import QSvgRenderer  # only who prints needs it

    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">'
        f"<style>{_PAPER}</style>{inside}</svg>"
    )
    image = QImage(wide * _SCALE, high * _SCALE, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(text.encode())).render(painter)
    painter.end()
    return image
