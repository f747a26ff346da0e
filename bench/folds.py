"""The reader on the labelled pages of ../shared/evaluation, by folds of hosts: one table, and what differs between two runs.

    python bench/folds.py [--sets gold vn outlets bodies wcxb] [--keep FILE] [--against FILE] [--blind 4]

Hosts are put into five folds as the kit puts them. Pages of the blind fold are never named: only its figures are shown,
so that whoever mends the reader by looking at pages is judged on others. --keep writes each page's result, --against
names the pages whose result differs from a kept one (FILE of --keep), without the blind fold's.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

EVALUATION = Path(os.environ.get("EVALUATION", "../shared/evaluation"))
sys.path[:0] = [str(EVALUATION), "."]

import common as kit  # noqa: E402  # beside the checkout, see above
import eval_captions  # noqa: E402  # beside the checkout, see above
import eval_gold  # noqa: E402  # beside the checkout, see above
import eval_wcxb  # noqa: E402  # beside the checkout, see above

from bench.kit_plugin import extract  # noqa: E402  # beside the checkout, see above

Result = dict[str, Any]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--keep")
    parser.add_argument("--against")
    parser.add_argument("--blind", type=int, default=4)
    given = parser.parse_args()
    kept: dict[str, list[Result]] = {}
    for name in given.sets:
        pages, figures = SETS[name]
        start = time.process_time()
        kept[name] = list(pages())
        print(f"{name}: {len(kept[name])} pages, {time.process_time() - start:.1f} s of CPU")
        _table(kept[name], figures, given.blind)
    if given.against:
        _differences(kept, json.loads(Path(given.against).read_text()), given.blind)
    if given.keep:
        Path(given.keep).write_text(json.dumps(kept, ensure_ascii=False, default=str))


def _table(rows: list[Result], figures: Callable[[list[Result]], dict[str, float]], blind: int) -> None:
    groups = {
        "all": rows,
        "seen": [row for row in rows if row["fold"] != blind],
        "blind": [row for row in rows if row["fold"] == blind],
    }
    columns = {name: figures(group) for name, group in groups.items() if group}
    for figure in columns["all"]:
        print(
            f"  {figure:28s}" + "".join(f"{name} {column.get(figure, 0):7.4f}   " for name, column in columns.items())
        )


def _differences(kept: dict[str, list[Result]], before: dict[str, list[Result]], blind: int) -> None:
    for name, rows in kept.items():
        old = {row["id"]: row for row in before.get(name, [])}
        for row in rows:
            known = old.get(row["id"])
            if known is None or row["fold"] == blind:
                continue
            marks = json.loads(json.dumps(row["marks"]))
            changed = [
                f"{key} {known['marks'].get(key)} -> {value}"
                for key, value in marks.items()
                if known["marks"].get(key) != value
            ]
            if changed:
                print(f"{name} {row['id'][:60]}: {'; '.join(changed)}")


def _labelled(chosen: str) -> Iterator[Result]:
    for row in eval_gold.load(chosen):
        out = extract(row["html"].decode("utf-8", "replace"), row["url"])
        scores = eval_gold.page(row, out)
        marks = {
            key: scores[key]
            for key in (
                "hit",
                "given",
                "capt",
                "cred_ok",
                "cred_given",
                "found",
                "pred",
                "title",
                "authors",
                "must",
                "bad",
                "first",
                "last",
                "in_body",
            )
        }
        marks["f"] = round(scores["f"], 3)
        marks["minute"] = scores["date"]["minute"] if scores["date"] else None
        yield {"id": row["id"], "fold": eval_wcxb.fold(row["url"]), "scores": scores, "marks": marks, "out": out}


def _sum(rows: list[Result], name: str) -> Any:
    return sum(row[name] for row in rows)


def _labelled_figures(rows: list[Result]) -> dict[str, float]:
    pages = [row["scores"] for row in rows]
    captioned = [page for page in pages if page["capt"] or page["given"]]
    recall, precision = (
        _sum(pages, "hit") / max(1, _sum(pages, "capt")),
        _sum(pages, "hit") / max(1, _sum(pages, "given")),
    )
    dates = [page["date"]["minute"] for page in pages if page["date"]]
    return {
        "caption F1 by page": _mean([min(page["f"], 1.0) for page in captioned]),  # copies of one caption can exceed it
        "caption F1 over all": 2 * recall * precision / max(1e-9, recall + precision),
        "credit recall": _sum(pages, "cred_ok") / max(1, _sum(pages, "cred")),
        "credit precision": _sum(pages, "cred_ok") / max(1, _sum(pages, "cred_given")),
        "picture recall": _sum(pages, "found") / max(1, _sum(pages, "exp")),
        "picture precision": _sum(pages, "right") / max(1, _sum(pages, "pred")),
        "headline": _mean([page["title"] for page in pages]),
        "authors": _mean([page["authors"] for page in pages]),
        "minute": _mean(dates),
        "dates invented": _sum(pages, "invented"),
        "wanted": _sum(pages, "must") / max(1, _sum(pages, "n_must")),
        "unwanted": _sum(pages, "bad") / max(1, _sum(pages, "n_bad")),
        "first words": _mean([page["first"] for page in pages]),
        "last words": _mean([page["last"] for page in pages]),
        "captions in body": _sum(pages, "in_body"),
        "empty": _sum(pages, "empty"),
    }


def _outlets() -> Iterator[Result]:
    oracle = json.loads((kit.OUTLETS / "oracle.json").read_text("utf-8"))
    for row, right in zip(kit.load_outlets(), oracle, strict=True):
        out = extract(row["html_text"], row["url"])
        scores = eval_captions.eval_page(row, right, out)
        classes = [one["cls"] for one in scores["captions"]]
        marks = {
            "captions": classes, "returned": scores["returned"], "tp_url": scores["tp_url"],
            "title": scores["title"]["exact"], "minute": scores["date"]["minute_tz"],
            "authors": scores["authors"] and scores["authors"]["exact"], "body": round(scores["bag"][2], 2),
        }  # fmt: skip
        yield {
            "id": row["id"],
            "fold": eval_wcxb.fold(row["url"]),
            "scores": scores,
            "right": right,
            "marks": marks,
            "out": out,
        }


def _outlet_figures(rows: list[Result]) -> dict[str, float]:
    found = eval_captions.summarise([row["scores"] for row in rows], [row["right"] for row in rows])
    credits = found["credit_field"] / max(1, found["credits_expected"])
    names = (
        "caption_f1",
        "caption_precision",
        "caption_recall",
        "page_all_captions",
        "authors_exact",
        "date_minute_tz",
        "title_exact",
        "image_recall",
        "image_precision",
        "body_token_f1",
        "body_shingle_f1",
        "also_left_in_body",
        "empty",
    )
    return {name: float(found[name] or 0) for name in names} | {"credit in its field": credits}


def _bodies() -> Iterator[Result]:
    for row in kit.load_bodies():
        out = extract(row["html"], row["url"])
        scores = kit.shingle_prf(kit.toks(row["text"]), kit.toks(out["text"]))
        yield {
            "id": row["id"],
            "fold": eval_wcxb.fold(row["url"]),
            "scores": scores,
            "marks": {"f1": round(scores[2], 3)},
            "out": out,
        }


def _body_figures(rows: list[Result]) -> dict[str, float]:
    precision, recall = (_mean([row["scores"][number] for row in rows]) for number in (0, 1))
    return {"f1": 2 * precision * recall / (precision + recall), "precision": precision, "recall": recall}


def _wcxb() -> Iterator[Result]:
    for row in json.loads((eval_wcxb.WCXB / "truth.json").read_text("utf-8")):
        page = gzip.decompress((eval_wcxb.WCXB / "html" / f"{row['id']}.html.gz").read_bytes()).decode(
            "utf-8", "replace"
        )
        out = extract(page, row["url"])
        text = out["text"]
        scores = {
            "type": row["type"], "prf": eval_wcxb.prf(text, row["text"]), "took": bool(text.strip()),
            "must": [one.lower() in text.lower() for one in row["must"]],
            "bad": [one.lower() in text.lower() for one in row["must_not"]],
        }  # fmt: skip
        marks = {"took": scores["took"]}
        if row["type"] == "article":
            marks |= {"f1": round(scores["prf"][2], 2), "must": sum(scores["must"]), "bad": sum(scores["bad"])}
        yield {
            "id": row["id"],
            "fold": eval_wcxb.fold(row["url"]),
            "scores": scores,
            "marks": marks,
            "out": {"title": out["title"]},
        }


def _wcxb_figures(rows: list[Result]) -> dict[str, float]:
    pages = [row["scores"] for row in rows]
    articles = [page for page in pages if page["type"] == "article"]
    lists = [page for page in pages if page["type"] != "article"]
    return {
        "body F1": _mean([page["prf"][2] for page in articles]),
        "precision": _mean([page["prf"][0] for page in articles]),
        "recall": _mean([page["prf"][1] for page in articles]),
        "wanted": _mean([one for page in articles for one in page["must"]]),
        "unwanted": _mean([one for page in articles for one in page["bad"]]),
        "articles refused": sum(not page["took"] for page in articles),
        "articles": len(articles),
        "lists taken": _mean([page["took"] for page in lists]),
        "lists": len(lists),
    }


def _mean(values: list[float]) -> float:
    return sum(values) / max(1, len(values))


SETS: dict[str, tuple[Callable[[], Iterator[Result]], Callable[[list[Result]], dict[str, float]]]] = {
    "gold": (lambda: _labelled("gold"), _labelled_figures),
    "vn": (lambda: _labelled("vnlabels"), _labelled_figures),
    "outlets": (_outlets, _outlet_figures),
    "bodies": (_bodies, _body_figures),
    "wcxb": (_wcxb, _wcxb_figures),
}

if __name__ == "__main__":
    main()
