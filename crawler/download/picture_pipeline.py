"""The pictures of articles: fetched as pages are, stored once under their digest, each fetch recorded.

Scrapy's media pipeline does the asking: a picture goes through the same downloader, so that robots.txt, delays, user
agent and bounds are the same for it, on whatever host it lies, and none is asked for twice in a run. Its ImagesPipeline
would not do: it keeps JPEGs of its own making, and evidence is the bytes as they came.

The bytes are in the store before the archive names them: a crash in between leaves a file that nobody names, and the
picture stays due. What goes wrong with a picture is recorded and never ends a crawl.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any, Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response
from scrapy.pipelines.files import FilesPipeline
from scrapy.pipelines.media import FileInfo, MediaPipeline
from scrapy.utils.defer import ensure_awaitable
from twisted.python.failure import Failure

from archive import Picture, PictureCapture, WantedPicture, absolute
from archive.console.logs import log_of
from archive.model.clock import now
from archive.model.errors import ArchiveUnusable
from crawler.download.picture_store import STORES, store_of
from crawler.outlet import conditions, desk_of
from crawler.politeness.refusals import Forbidden, HostBackoff
from crawler.readers import ReadingStopped, Recognised
from crawler.response_capture import header, leads_to, redirects, remarks

log = log_of(__name__)

_AT_ONCE = 2
_MOST_REDIRECTS = 5
Info = MediaPipeline.SpiderInfo


class Pictures(FilesPipeline):
    """Fetches every WantedPicture the spider yields; other items pass."""

    STORE_SCHEMES = STORES  # type: ignore[assignment]  # a class variable that Scrapy does not change

    def __init__(self, place: str, *, crawler: Crawler):
        super().__init__(place, crawler=crawler)
        self.writer = desk_of(crawler)
        self.session = self.writer.session
        self.session.pictures_left = crawler.settings.getint("LUUBAO_PICTURES_PER_RUN")
        self.rest = timedelta(seconds=crawler.settings.getfloat("LUUBAO_PICTURE_REST"))
        # More would wait in the downloader, where an ended run would have to wait for them.
        self.host_lock = asyncio.Semaphore(_AT_ONCE)
        self.full = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        place = store_of(crawler.settings)
        if place is None:
            raise NotConfigured  # without a message: Scrapy would log one
        cls._update_stores(crawler.settings)
        return cls(place, crawler=crawler)

    async def process_item(self, item: Any, spider: Spider | None = None) -> Any:
        """Fetches a picture when it is its turn. What an ended run leaves is due in the next."""
        if not isinstance(item, WantedPicture):
            return item
        async with self.host_lock:
            if self.full or self.writer.broken or self._closing():
                return item
            return await super().process_item(item)

    def _closing(self) -> bool:
        """Scrapy tells nobody that it has begun to close, and a download begun after that breaks its bookkeeping."""
        slot = self.crawler.engine._slot
        return slot is None or slot.closing is not None

    def get_media_requests(self, item: WantedPicture, info: Info) -> list[Request]:
        """The request for a picture; none for what is no address to ask for."""
        if absolute(item.url, "") is not None:
            return [Request(item.url, meta={"picture": item})]
        self._note(PictureCapture(item.image_id, now(), item.url, detail="no address on the web"))
        return []

    async def media_to_download(  # type: ignore[override]  # Scrapy awaits what it returns
        self, request: Request, info: Info, *, item: Any = None
    ) -> FileInfo | None:
        """Makes the request conditional; never spares it, for how long a picture is left alone says the archive."""
        await self._condition(request, item, info)
        return None

    async def _condition(self, request: Request, item: WantedPicture, info: Info) -> None:
        """Sends the validators that came with the bytes the store has; it may have lost them, or be a new one."""
        if item.path is None or item.final_url != request.url or not await self._has(item.path, info):
            return
        request.headers.update(conditions(item.etag, item.last_modified))

    async def _has(self, path: str, info: Info) -> bool:
        try:
            return bool(await ensure_awaitable(self.store.stat_file(path, info)))
        except Exception:  # noqa: BLE001  # S3 raises where others say nothing; not to have it costs one answer
            return False

    async def media_downloaded(self, response: Response, request: Request, info: Info, *, item: Any = None) -> FileInfo:
        """Stores and records what came at the end of the redirects."""
        hops = 0
        while redirects(response) and hops < _MOST_REDIRECTS and absolute(leads_to(response), "") is not None:
            if self._closing():
                return _told(request.url, "left")
            following = Request(leads_to(response), meta={"picture": item})
            await self._condition(following, item, info)
            try:
                response = await self.crawler.engine.download_async(following)
            except Exception as error:  # noqa: BLE001  # as media_failed does for the first step
                return self._nothing_came(error, following.url, item)
            hops += 1
        try:
            return await self._take(response, item, info)
        except Exception:  # one picture, not the run
            self.crawler.stats.inc_value("spider_exceptions/count")  # the verdict tells of our own mistakes
            log.exception("the picture %s could not be recorded", request.url)
            return _told(request.url, "error")

    async def _take(self, response: Response, item: WantedPicture, info: Info) -> FileInfo:
        came = PictureCapture(
            item.image_id,
            now(),
            response.url,
            response.status,
            header(response, "ETag"),
            header(response, "Last-Modified"),
            detail=remarks(response),
        )
        try:
            recognised = await self.writer.recognise(response.body) if response.status == 200 else Recognised(None)
        except ReadingStopped:
            return _told(response.url, "left")
        picture, came = recognised.picture, replace(came, detail=came.detail or recognised.trouble)
        if picture is None:
            return await self._record(replace(came, detail=came.detail or _why_nothing(response)))
        try:
            await self._store(picture, response.body, info)
        except Exception as error:  # noqa: BLE001  # each store raises errors of its own
            self.full = True
            log.warning("pictures cannot be stored, so none are fetched any more: %s", error)
            return await self._record(replace(came, detail=f"not stored: {error}"))
        return await self._record(replace(came, picture=picture, detail=came.detail or picture.detail))

    async def _store(self, picture: Picture, body: bytes, info: Info) -> None:
        """The thumbnail and then the bytes, so that whoever has these has both."""
        if picture.looks and picture.thumbnail_path:
            await self._persist(picture.thumbnail_path, picture.looks.thumbnail, "image/jpeg", info)
        await self._persist(picture.path, body, picture.media_type, info)

    async def _persist(self, path: str, data: bytes, media_type: str, info: Info) -> None:
        headers = {"Content-Type": media_type}
        await ensure_awaitable(self.store.persist_file(path, BytesIO(data), info, headers=headers))

    def media_failed(self, failure: Failure, request: Request, info: Info) -> Any:
        """No answer: forbidden by robots.txt, unreachable or too slow."""
        assert failure.value is not None
        return self._nothing_came(failure.value, request.url, request.meta["picture"])

    def _nothing_came(self, error: BaseException, url: str, item: WantedPicture) -> FileInfo:
        """A picture whose host is left alone was not asked for, and waits until it may be."""
        if isinstance(error, HostBackoff):
            until = error.until
            self.writer.note(lambda session: session.leave_picture(item, until))
            return _told(url, "left")
        why, forbidden = str(error) or type(error).__name__, isinstance(error, Forbidden)
        self._note(PictureCapture(item.image_id, now(), url, forbidden=forbidden, detail=why))
        return _told(url, "error")

    async def _record(self, capture: PictureCapture) -> FileInfo:
        path = capture.picture.path if capture.picture else ""
        try:
            outcome = await self.writer.do(lambda session: session.keep_picture(capture, self.rest))
        except ArchiveUnusable:  # written down by the desk: nothing more is fetched
            outcome = "error"
        return _told(capture.final_url, outcome, path)

    def _note(self, capture: PictureCapture) -> None:
        """Records, where nobody can wait for it, that there is no picture."""
        self.writer.note(lambda session: session.keep_picture(capture, self.rest))

    def item_completed(self, results: Any, item: Any, info: Info) -> Any:
        """All is said and done."""
        return item


def _told(url: str, outcome: str, path: str = "") -> FileInfo:
    return {"url": url, "path": path, "checksum": None, "status": outcome}


def _why_nothing(response: Response) -> str | None:
    if response.status == 304:
        return None
    if response.status == 200:
        return f"not a picture: {header(response, 'Content-Type') or 'of no declared kind'}, {len(response.body)} bytes"
    return f"status {response.status}" + (f", to {leads_to(response)}" if redirects(response) else "")
