"""Picture pipeline: fetches the pictures of articles, stores each once under its digest, records every fetch.

Scrapy's media pipeline sends the requests through the crawl's downloader, so that robots.txt, delays, user agent and
size limits apply to pictures too, on whatever host, and deduplicates them within a run. Scrapy's ImagesPipeline would
not do: it keeps JPEGs that it encodes itself, and evidence is the bytes as they came.

The bytes are in the store before the archive names them: a crash in between leaves a file that no row names, and the
picture stays due. A picture's failure is recorded and never ends a crawl.

Scrapy's own folder store writes a file in place, so that a crash leaves half a file under a whole file's name. Ours
writes a temporary file beside it and renames; the other stores put a file whole or not at all.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response
from scrapy.pipelines.files import FilesPipeline, FSFilesStore, StatInfo
from scrapy.pipelines.media import FileInfo, MediaPipeline
from scrapy.settings import BaseSettings
from scrapy.utils.defer import ensure_awaitable
from twisted.python.failure import Failure

from archive import Picture, PictureCapture, absolute
from archive.console import log_of
from archive.model.clock import now
from archive.model.errors import ArchiveUnusable
from archive.model.paths import folder_beside
from archive.model.records import WantedPicture
from archive.storage.picture_files import put_file
from crawler.outlet import archive_writer_of, conditions
from crawler.politeness.host_backoff import Forbidden, HostBackoff
from crawler.readers import ReadingStopped, Recognised
from crawler.run.shutdown import shutdown_of
from crawler.scrapy_responses import header, leads_to, redirects, remarks

Info = MediaPipeline.SpiderInfo


class Folder(FSFilesStore):
    """A folder. The file is on the disk, whole, when `persist_file` returns; a file that exists is not written again,
    for its name is the digest of its bytes (deduplication)."""

    def persist_file(self, path: str | os.PathLike[str], buf: BytesIO, info: Info, *_: Any, **__: Any) -> None:
        put_file(Path(self.basedir), os.fspath(path), buf.getvalue())

    def stat_file(self, path: str | os.PathLike[str], info: Info) -> StatInfo:
        """The file's time; empty when it is missing. Scrapy's own reads the whole file too, for an unused MD5."""
        try:
            return {"last_modified": self._get_filesystem_path(path).stat().st_mtime}
        except OSError:
            return {}


STORES: dict[str, Any] = FilesPipeline.STORE_SCHEMES | {"": Folder, "file": Folder}


def store_of(settings: BaseSettings) -> str | None:
    """Where this crawl stores pictures, by default a folder beside the archive; None where it fetches none."""
    if not settings.getbool("LUUBAO_FETCH_PICTURES"):
        return None
    return settings["LUUBAO_PICTURES"] or str(folder_beside(Path(settings["LUUBAO_DB"])))


log = log_of(__name__)

_CONCURRENT_FETCHES = 2
_MOST_REDIRECTS = 5


class Pictures(FilesPipeline):
    """Item pipeline. Fetches every WantedPicture the spider yields; other items pass."""

    STORE_SCHEMES = STORES

    def __init__(self, place: str, *, crawler: Crawler):
        super().__init__(place, crawler=crawler)
        self.writer = archive_writer_of(crawler)
        self.writer.session.pictures_left = crawler.settings.getint("LUUBAO_PICTURES_PER_RUN")
        self._closing = shutdown_of(crawler).is_closing
        self.rest = timedelta(seconds=crawler.settings.getfloat("LUUBAO_PICTURE_REST"))
        # More would queue in the downloader, and an ending run would have to wait for them.
        self.fetch_slots = asyncio.Semaphore(_CONCURRENT_FETCHES)
        self.full = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        place = store_of(crawler.settings)
        if place is None:
            raise NotConfigured  # without a message: Scrapy would log one
        cls._update_stores(crawler.settings)
        return cls(place, crawler=crawler)

    async def process_item(self, item: Any, spider: Spider | None = None) -> Any:
        """Fetches a picture, few at a time. What an ended run leaves is due in the next."""
        if not isinstance(item, WantedPicture):
            return item
        async with self.fetch_slots:
            if self.full or self.writer.broken or self._closing():
                return item
            return await super().process_item(item)

    def get_media_requests(self, item: WantedPicture, info: Info) -> list[Request]:
        """The request for a picture; none where its address is not on the web."""
        if absolute(item.url, "") is not None:
            return [Request(item.url, meta={"picture": item})]
        self._record_without_waiting(PictureCapture(item.image_id, now(), item.url, detail="no address on the web"))
        return []

    async def media_to_download(  # type: ignore[override]  # Scrapy awaits what it returns
        self, request: Request, info: Info, *, item: Any = None
    ) -> None:
        """Makes the request conditional. Never skips it: the archive decides when a picture is due again."""
        await self._add_validators(request, item, info)

    async def _add_validators(self, request: Request, item: WantedPicture, info: Info) -> None:
        """Adds the validators (ETag, Last-Modified) where the store still has the bytes that they came with."""
        if item.path is not None and item.final_url == request.url and await self._is_stored(item.path, info):
            request.headers.update(conditions(item.etag, item.last_modified))

    async def _is_stored(self, path: str, info: Info) -> bool:
        try:
            return bool(await ensure_awaitable(self.store.stat_file(path, info)))
        except Exception:  # noqa: BLE001  # S3 raises where others return nothing; a wrong False costs one full response
            return False

    async def media_downloaded(self, response: Response, request: Request, info: Info, *, item: Any = None) -> FileInfo:
        """Follows the redirects, stores and records the last response."""
        redirect_count = 0
        while redirects(response) and redirect_count < _MOST_REDIRECTS and absolute(leads_to(response), "") is not None:
            if self._closing():
                return _file_info(request.url, "left")
            next_request = Request(leads_to(response), meta={"picture": item})
            await self._add_validators(next_request, item, info)
            try:
                response = await self.crawler.engine.download_async(next_request)
            except Exception as error:  # noqa: BLE001  # as media_failed does for the first request
                return self._record_failure(error, next_request.url, item)
            redirect_count += 1
        try:
            return await self._store_response(response, item, info)
        except Exception:  # one picture, not the run
            self.crawler.stats.inc_value("spider_exceptions/count")  # the verdict counts luubao's own mistakes
            log.exception("the picture %s could not be recorded", request.url)
            return _file_info(request.url, "error")

    async def _store_response(self, response: Response, item: WantedPicture, info: Info) -> FileInfo:
        validators = header(response, "ETag"), header(response, "Last-Modified")
        capture = PictureCapture(
            item.image_id, now(), response.url, response.status, *validators, detail=remarks(response)
        )
        try:
            recognised = await self.writer.recognise(response.body) if response.status == 200 else Recognised(None)
        except ReadingStopped:
            return _file_info(response.url, "left")
        picture, capture = recognised.picture, replace(capture, detail=capture.detail or recognised.trouble)
        if picture is None:
            return await self._record(replace(capture, detail=capture.detail or _no_picture_reason(response)))
        try:
            await self._store(picture, response.body, info)
        except Exception as error:  # noqa: BLE001  # each store raises errors of its own
            self.full = True
            log.warning("pictures cannot be stored, so none are fetched any more: %s", error)
            return await self._record(replace(capture, detail=f"not stored: {error}"))
        return await self._record(replace(capture, picture=picture, detail=capture.detail or picture.detail))

    async def _store(self, picture: Picture, body: bytes, info: Info) -> None:
        """Stores the thumbnail and then the bytes, so that bytes in the store have a thumbnail."""
        files = [(picture.path, body, picture.media_type)]
        if picture.looks and picture.thumbnail_path:
            files.insert(0, (picture.thumbnail_path, picture.looks.thumbnail, "image/jpeg"))
        for path, data, media_type in files:
            headers = {"Content-Type": media_type}
            await ensure_awaitable(self.store.persist_file(path, BytesIO(data), info, headers=headers))

    def media_failed(self, failure: Failure, request: Request, info: Info) -> Any:
        """Records that no response came: forbidden by robots.txt, unreachable or too slow."""
        assert failure.value is not None
        return self._record_failure(failure.value, request.url, request.meta["picture"])

    def _record_failure(self, error: BaseException, url: str, item: WantedPicture) -> FileInfo:
        """Records a failed fetch. A picture whose host is in backoff was not asked for, and waits until it may be."""
        if isinstance(error, HostBackoff):
            until = error.until
            self.writer.note(lambda session: session.postpone_picture(item, until))
            return _file_info(url, "left")
        reason, forbidden = str(error) or type(error).__name__, isinstance(error, Forbidden)
        self._record_without_waiting(PictureCapture(item.image_id, now(), url, forbidden=forbidden, detail=reason))
        return _file_info(url, "error")

    async def _record(self, capture: PictureCapture) -> FileInfo:
        path = capture.picture.path if capture.picture else ""
        try:
            outcome = await self.writer.do(lambda session: session.keep_picture(capture, self.rest))
        except ArchiveUnusable:  # the archive writer has noted it: nothing more is fetched
            outcome = "error"
        return _file_info(capture.final_url, outcome, path)

    def _record_without_waiting(self, capture: PictureCapture) -> None:
        """Records, without waiting for the writer, that there is no picture."""
        self.writer.note(lambda session: session.keep_picture(capture, self.rest))

    def item_completed(self, results: Any, item: Any, info: Info) -> Any:
        """Returns the item: all is recorded already."""
        return item


def _file_info(url: str, outcome: str, path: str = "") -> FileInfo:
    return {"url": url, "path": path, "checksum": None, "status": outcome}


def _no_picture_reason(response: Response) -> str | None:
    if response.status == 304:
        return None
    if response.status == 200:
        return f"not a picture: {header(response, 'Content-Type') or 'of no declared kind'}, {len(response.body)} bytes"
    return f"status {response.status}" + (f", to {leads_to(response)}" if redirects(response) else "")
