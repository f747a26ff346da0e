"""The photo pages: a gallery by photographer and place, and the page of one picture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from datasette.utils.asgi import Response

from archive.model.errors import BadQuery
from archive.queries import outlets_followed, photographs
from archive.queries.photographs import Photograph
from archive.web.room.request import RequestContext, page

_PER_PAGE, _LAST_PAGE = 24, 500
_APPEARANCES = 200
_DISPLAYABLE = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
_PHOTOGRAPHERS, _PLACES, _CAPTIONS_READ = 40, 24, 600
# Place names in Vietnamese captions: the kind of place, then a name of one to four capitalized syllables.
_PLACE_KINDS = "xã|phường|huyện|thị xã|thị trấn|thành phố|tỉnh|thôn|bản|làng|quận|sông|hồ|núi|đình|chùa|đền|cầu|chợ"
# Of the letters from Ạ to Ỹ every other is a capital.
_UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯ" + "".join(map(chr, range(ord("Ạ"), ord("Ỹ") + 1, 2)))
_PLACE = re.compile(rf"\b((?i:{_PLACE_KINDS}))((?: [{_UPPER}]\w*){{1,4}})")


@page
async def photos(context: RequestContext) -> Response:
    """`/-/photos?credit=...&place=...`: the gallery."""
    credit, place, number = context.argument("credit"), context.argument("place"), context.number("page", 1, _LAST_PAGE)
    offset, mistake = (number - 1) * _PER_PAGE, ""
    shown: list[Photograph] = []
    filters: dict[str, Any] = {"credit": credit or None, "place": place, "limit": _PER_PAGE + 1, "offset": offset}
    try:
        shown = await context.ask(lambda db: photographs.photographs(db, **filters))
    except BadQuery:
        mistake = context.say("search.mistake")
    credits = await context.ask(lambda db: outlets_followed.photographers(db, _PHOTOGRAPHERS))
    captions = await context.ask(lambda db: photographs.captions(db, credit or None, _CAPTIONS_READ))
    return await context.page(
        "photos", photographs=shown[:_PER_PAGE], more=len(shown) > _PER_PAGE, number=number, credit=credit,
        place=place, credits=credits, places=places(captions)[:_PLACES], mistake=mistake,
    )  # fmt: skip


@page
async def picture(context: RequestContext) -> Response:
    """`/-/picture/DIGITS`: a picture and all its appearances, with captions and credits."""
    digest = f"sha256:{context.request.url_vars['digest']}"
    life = await context.ask(lambda db: photographs.picture_appearances(db, digest, _APPEARANCES))
    if life is None:
        return await context.refusal(404, context.say("refusal.404"))
    return await context.page("picture", life=life, shows=life.media_type in _DISPLAYABLE)


def places(captions: Iterable[str]) -> list[tuple[str, int]]:
    """The places named in captions, with their kind and the number of captions that contain the name, the most frequent
    first. `sông Thao Giang` contains `sông Thao`, as it does for the gallery of that place."""
    named = [{f"{match[1].lower()}{match[2]}" for match in _PLACE.finditer(caption)} for caption in captions]
    known = set[str]().union(*named)
    counts: Counter[str] = Counter()
    for names in named:
        spaced = [(name.split(), length) for name in names for length in range(2, len(name.split()) + 1)]
        counts.update({" ".join(words[:length]) for words, length in spaced} & known)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
