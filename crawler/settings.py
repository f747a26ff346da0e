"""Scrapy settings: only what differs from Scrapy's default, which stands behind each, with who reads it."""

import os

BOT_NAME = "luubao"
SPIDER_MODULES = ["crawler.spiders"]

# Who asks. `luubao crawl` and OutletSpider refuse to leave the machine while no contact is set.
LUUBAO_CONTACT = os.environ.get("LUUBAO_CONTACT", "")  # read by: crawler.outlet
LUUBAO_DB = os.environ.get("LUUBAO_DB", "luubao.db")  # read by: crawler.extensions.Record

# Where pictures go: a folder, or any store Scrapy's media pipelines support (s3://bucket/folder/, gs://, ftp://). None
# is a folder beside the archive, "" no pictures.
LUUBAO_PICTURES = os.environ.get("LUUBAO_PICTURES")  # read by: crawler.picture_store
LUUBAO_PICTURES_PER_RUN = (
    1000  # a quarter of an hour at one a second; the rest waits for the next run; crawler.pictures
)
LUUBAO_PICTURE_REST = 24 * 60 * 60  # in seconds, before a picture is asked for again; read by: crawler.pictures

# Politeness. Crawl-delay, where a robots.txt names one, replaces the delay (crawler.extensions.CrawlDelay).
ROBOTSTXT_OBEY = True  # default False; read by: crawler.robots.RobotsTxt
DOWNLOAD_DELAY = 1.0  # default 0, in seconds; read by: the downloader's slots
CONCURRENT_REQUESTS = 4  # default 16: few enough that a run stops soon after it is told to; read by: the downloader
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default 8; read by: the downloader's slots
COOKIES_ENABLED = False  # default True: an archive asks as a stranger; read by: CookiesMiddleware

# Bounds
DOWNLOAD_TIMEOUT = 60  # default 180, in seconds; read by: the download handler
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024  # default 1 GiB: no article is larger; read by: the download handler
LUUBAO_MAX_PAGES = 0  # no limit; `luubao crawl --max-pages` sets it; read by: crawler.scheduler
LUUBAO_RECHECKS = None  # known articles a run looks at again; None: see archive.schedule; crawler.extensions.Record
LUUBAO_RECHECK_ALL = False  # whether all that is known is looked at, due or not; read by: crawler.extensions.Record
LUUBAO_READERS = None  # processes that read; None is one for each core; read by: crawler.extensions.Record

# The frontier is a table of the archive, which knows what was asked for (default: a queue in memory).
SCHEDULER = "crawler.scheduler.FrontierScheduler"

# A redirect is an answer worth keeping: OutletSpider follows it and records each step.
REDIRECT_ENABLED = False  # default True; read by: RedirectMiddleware
METAREFRESH_ENABLED = False  # default True: a page that reloads itself is a page; read by: MetaRefreshMiddleware
RETRY_TIMES = 1  # default 2: what fails twice is tried in a later run; read by: RetryMiddleware
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # default ERROR: crawler.extensions.Record tells it; read by: RetryMiddleware

# Nothing listens while an unattended crawl runs.
TELNETCONSOLE_ENABLED = False  # default True; read by: TelnetConsole
REMOTE_CONTROL_ENABLED = False  # default True; read by: RemoteControl

DOWNLOADER_MIDDLEWARES = {
    # default {}; Scrapy's own allows everything when robots.txt fails, or moved
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.robots.RobotsTxt": 100,
}
ITEM_PIPELINES = {"crawler.pictures.Pictures": 100}  # default {}
EXTENSIONS = {
    # default {}
    "crawler.extensions.Record": 100,
    "crawler.extensions.CrawlDelay": 200,
    "crawler.progress.Progress": 300,
}
LOG_LEVEL = "INFO"  # default DEBUG; `luubao crawl` lowers it to WARNING so that cron stays quiet

# Other archives, for `luubao backfill`; read by: crawler.backfill.command. A pywb of one's own is
# <address>/<collection>/cdx
# and <address>/<collection>/.
LUUBAO_WAYBACK_CDX = os.environ.get("LUUBAO_WAYBACK_CDX", "https://web.archive.org/cdx/search/cdx")
LUUBAO_WAYBACK_REPLAY = os.environ.get("LUUBAO_WAYBACK_REPLAY", "https://web.archive.org/web/")
LUUBAO_COMMONCRAWL_INDEX = os.environ.get("LUUBAO_COMMONCRAWL_INDEX", "https://index.commoncrawl.org/")
LUUBAO_COMMONCRAWL_DATA = os.environ.get("LUUBAO_COMMONCRAWL_DATA", "https://data.commoncrawl.org/")
LUUBAO_BACKFILL_DELAY = float(os.environ.get("LUUBAO_BACKFILL_DELAY", "1.5"))  # in seconds, between two requests
