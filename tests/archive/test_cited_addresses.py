"""`luubao cited`: what became of the articles that a document cites."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive import Run, ingest
from archive.cli import archive
from archive.exchange.cited_addresses import Citation, cited_addresses
from archive.model.errors import LuubaoError
from archive.queries.recent import cited_article
from tests.support import Shoot, page

URL = "https://bao.example/a-1.htm"
OTHER = "https://bao.example/a-2.htm"
MAY_20 = date(2026, 5, 20)


@pytest.mark.parametrize(
    "sentence",
    [
        "Báo Thử. Cầu mới. Truy cập ngày 20/5/2026, từ https://bao.example/a-1.htm.",
        "Báo Thử (2026). Cầu mới. https://bao.example/a-1.htm, truy cập 20 tháng 5 năm 2026.",
        "Báo Thử. “New bridge.” Accessed May 20, 2026. https://bao.example/a-1.htm.",
        "Báo Thử, 'New bridge', <https://bao.example/a-1.htm> accessed 20 May 2026.",
        "Retrieved 2026-05-20 from https://bao.example/a-1.htm",
        "Available at: https://bao.example/a-1.htm [Accessed 20 May 2026].",
        "(https://bao.example/a-1.htm; Zugriff am 20. Mai 2026)",
        "https://bao.example/a-1.htm (consulté le 20 mai 2026)",
    ],
)
def test_a_citation_of_each_style(tmp_path: Path, sentence: str) -> None:
    (tmp_path / "notes.txt").write_text(sentence, "utf-8")
    assert cited_addresses(tmp_path / "notes.txt") == [Citation(URL, MAY_20)]


def test_a_year_alone_is_no_day_of_access(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(f"Accessed 2026. {URL}", "utf-8")
    assert cited_addresses(tmp_path / "notes.txt") == [Citation(URL, None)]


def test_bibtex_with_urldate_howpublished_and_escapes(tmp_path: Path) -> None:
    (tmp_path / "thesis.bib").write_text(
        "@online{a, title={Cầu mới},\n  url = {https://bao.example/a-1.htm},\n  urldate = {2026-05-20}}\n"
        '@misc{b, howpublished = "\\url{https://bao.example/a\\_2.htm?x=1\\&y=2}", note = "Accessed: 3 June 2026"}\n'
        "@book{c, title={No address}}\n",
        "utf-8",
    )
    assert cited_addresses(tmp_path / "thesis.bib") == [
        Citation(URL, MAY_20),
        Citation("https://bao.example/a_2.htm?x=1&y=2", date(2026, 6, 3)),
    ]


def test_html_takes_the_day_of_the_paragraph_around_a_link(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        f'<ul><li><a href="{URL}">Cầu mới</a>, truy cập 20/5/2026</li><li><a href="{OTHER}">Cầu cũ</a></li></ul>'
        '<a href="#top">up</a>',
        "utf-8",
    )
    assert cited_addresses(tmp_path / "page.html") == [Citation(URL, MAY_20), Citation(OTHER, None)]


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(path: Path, body: str, links: str = "") -> None:
    """A Word document as small as one can be. links: its relations."""
    names = f'xmlns:w="{WORD}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("word/document.xml", f"<w:document {names}><w:body>{body}</w:body></w:document>")
        file.writestr("word/_rels/document.xml.rels", f"<Relationships>{links}</Relationships>")


def test_word_takes_texts_in_pieces_and_the_targets_of_links(tmp_path: Path) -> None:
    docx(
        tmp_path / "report.docx",
        f"<w:p><w:r><w:t>Truy cập ngày 20/</w:t></w:r><w:r><w:t>5/2026: {URL}.</w:t></w:r></w:p>"
        '<w:p><w:hyperlink r:id="rId1"><w:r><w:t>Cầu cũ</w:t></w:r></w:hyperlink></w:p>',
        f'<Relationship Id="rId1" Target="{OTHER}"/>',
    )
    assert cited_addresses(tmp_path / "report.docx") == [Citation(URL, MAY_20), Citation(OTHER, None)]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive at all"])
def test_what_is_no_word_document_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.docx").write_bytes(content)
    with pytest.raises(LuubaoError, match=r"odd.docx cannot be read as .docx"):
        cited_addresses(tmp_path / "odd.docx")


def test_an_entity_of_a_word_document_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("https://secret.example/", "utf-8")
    with zipfile.ZipFile(tmp_path / "x.docx", "w") as file:
        entity = f'<!DOCTYPE d [<!ENTITY s SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
        file.writestr("word/document.xml", f'{entity}<w:p xmlns:w="{WORD}"><w:r><w:t>&s; {URL}</w:t></w:r></w:p>')
    assert [citation.url for citation in cited_addresses(tmp_path / "x.docx")] in ([URL], [])


@pytest.fixture
def kept(db: Database, run: Run, shoot: Shoot) -> Path:
    """An article edited two days after noon of 20 May, and one that disappeared then."""
    ingest(
        db, run, shoot(URL, page("Cầu mới", "Cây cầu dài 212 mét khánh thành sáng nay ở huyện Tam Sông bên bờ bắc."))
    )
    ingest(db, run, shoot(OTHER, page("Cầu cũ")))
    edited = page("Cầu mới", "Cây cầu dài 214 mét khánh thành sáng nay ở huyện Tam Sông bên bờ bắc.")
    ingest(db, run, shoot(URL, edited, 48))
    ingest(db, run, shoot(OTHER, None, 48, status=404))
    ingest(db, run, shoot(OTHER, None, 96, status=404))
    return Path(db.execute("PRAGMA database_list").fetchone()[2])


def cited(kept: Path, notes: str, *options: str) -> tuple[int, str]:
    file = kept.with_name("notes.txt")
    file.write_text(notes, "utf-8")
    told = CliRunner().invoke(archive, ["cited", "--db", str(kept), *options, str(file)])
    return told.exit_code, told.output


def test_an_edit_after_the_day_of_access_is_shown(kept: Path) -> None:
    code, output = cited(kept, f"{URL} accessed 20 May 2026")
    assert code == 0
    assert f"edited: {URL} (accessed 2026-05-20)" in output
    assert "[-212-]{+214+}" in output
    assert "luubao diff 1 1 2" in output
    assert "1 cited: 1 edited" in output


def test_an_edit_before_the_day_of_access_is_not(kept: Path) -> None:
    code, output = cited(kept, f"{URL} accessed 23 May 2026")
    assert (code, output) == (0, "1 cited: 1 unchanged\n")


def test_the_day_of_access_is_one_of_the_newspaper_s_zone(db: Database, run: Run, shoot: Shoot) -> None:
    """Edited at 18 o'clock in UTC, which is 1 o'clock of the next day in Việt Nam: after the day of access."""
    ingest(db, run, shoot(URL, page("Cầu mới")))
    ingest(db, run, shoot(URL, page("Cầu cũ"), 6))
    assert cited_article(db, URL, MAY_20).fate == "edited"
    assert cited_article(db, URL, date(2026, 5, 21)).fate == "same"


def test_what_is_gone_and_what_is_unknown(kept: Path) -> None:
    code, output = cited(kept, f"{OTHER} accessed 20 May 2026\nhttps://elsewhere.example/x", "--all")
    assert code == 0
    assert f"gone: {OTHER}" in output
    assert "not in the archive: https://elsewhere.example/x" in output


def test_a_day_before_the_record_is_said(kept: Path) -> None:
    assert "The archive has this article only from 2026-05-20 on" in cited(kept, f"{URL} accessed 1 May 2026")[1]


def test_json_has_the_change_and_its_permanent_address(kept: Path) -> None:
    code, output = cited(kept, f"{URL} accessed 20 May 2026", "--json", "--room", "https://room.example/")
    (found,) = json.loads(output)
    assert code == 0
    assert (found["fate"], found["then"], found["now"]) == ("edited", 1, 2)
    assert found["address"] == "https://room.example/-/diff/1/v1..v2"
    assert "212" in found["changes"][0]["before"]
    assert "214" in found["changes"][0]["after"]


def test_none_of_them_in_the_archive_exits_with_1(kept: Path) -> None:
    assert cited(kept, "https://elsewhere.example/x") == (1, "1 cited: 1 not in the archive\n")
