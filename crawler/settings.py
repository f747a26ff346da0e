"""Scrapy settings: only what differs from Scrapy's default, which stands behind each, with who reads it.

What luubao.toml and the environment say goes before these: crawler.config.setting_keys has the names,
OutletSpider.update_settings brings them in.
"""

BOT_NAME = "luubao"
SPIDER_MODULES = ["crawler.spiders"]

# Who asks. `luubao crawl` and OutletSpider refuse to leave the machine while no contact is set.
LUUBAO_CONTACT = None  # read by: crawler.outlet
LUUBAO_DB = "luubao.db"  # read by: crawler.run.run_record.Record
LUUBAO_CONFIG = None  # the file of settings, where it is not the one that is found; read by: crawler.outlet

# Where pictures go: a folder, or any store Scrapy's media pipelines support (s3://bucket/folder/, gs://, ftp://). None
# is a folder beside the archive.
LUUBAO_PICTURES = None  # read by: crawler.download.picture_store
LUUBAO_FETCH_PICTURES = True  # read by: crawler.download.picture_store
LUUBAO_PICTURES_PER_RUN = (
    1000  # a quarter of an hour at one a second; the rest waits for the next run; crawler.download.picture_pipeline
)
LUUBAO_PICTURE_REST = (
    24 * 60 * 60
)  # in seconds, before a picture is asked for again; read by: crawler.download.picture_pipeline

# Politeness. Crawl-delay, where a robots.txt names one, replaces the delay (crawler.politeness.crawl_delay.CrawlDelay).
ROBOTSTXT_OBEY = True  # default False; read by: crawler.politeness.robots_txt.RobotsTxt
DOWNLOAD_DELAY = 1.0  # default 0, in seconds; read by: the downloader's slots
CONCURRENT_REQUESTS = 4  # default 16: few enough that a run stops soon after it is told to; read by: the downloader
CONCURRENT_ITEMS = (
    1  # default 100: so many tasks are begun for every answer, and ours has few items; read by: the scraper
)
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default 8; read by: the downloader's slots
# default also Accept-Language: en, by which a paper may answer in English; read by: DefaultHeadersMiddleware
DEFAULT_REQUEST_HEADERS = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
COOKIES_ENABLED = False  # default True: an archive asks as a stranger; read by: CookiesMiddleware

# The hours of the day in which a paper may be crawled, on its own clock: "22:00-06:00". None is any time.
LUUBAO_HOURS = None  # read by: crawler.politeness.crawl_window

# Where crawls that go on at the same time agree on whose turn a host is: a folder. None is a crawl that is alone.
LUUBAO_TURNS = None  # read by: crawler.politeness.host_politeness
LUUBAO_PERMIT = (
    None  # says whether the crawl still has its outlet, among machines; read by: crawler.politeness.host_politeness
)

# Patience, in seconds where nothing else is said; read by: crawler.politeness.host_politeness
LUUBAO_ERRORS_IN_A_ROW = 5  # then a host is left alone
LUUBAO_FIRST_QUIET = 15 * 60  # for how long, doubled with every further error, in later runs too
LUUBAO_LONGEST_QUIET = 6 * 60 * 60
LUUBAO_FIRST_PAUSE = 30  # after a 429 or 503 that does not say how long; doubled with every further one
LUUBAO_LONGEST_WAIT = 5 * 60  # what a run waits for a host; one that wants more rest is left to a later run
LUUBAO_LONGEST_DELAY = 5 * 60  # the longest Crawl-delay obeyed by waiting; a longer one is obeyed by leaving

# Hosts of our own network that may be asked all the same: names or addresses, with or without a port, commas between.
LUUBAO_INSIDE = None  # read by: crawler.politeness.host_politeness

# Bounds
DOWNLOAD_TIMEOUT = 60  # default 180, in seconds, from the first byte sent to the last received; the download handler
DOWNLOAD_MAXSIZE = (
    32 * 1024 * 1024
)  # default 1 GiB; as it comes (crawler.download.size_limits), and unpacked (.unpacking)
LUUBAO_MAXSIZE_NOT_TEXT = (
    4 * 1024 * 1024
)  # of what a page's address serves and is no text; crawler.download.size_limits
DOWNLOAD_WARNSIZE = 0  # default 32 MiB: the capture says what was left; read by: the download handler
CLOSESPIDER_TIMEOUT = 23 * 60 * 60  # default 0, no limit; in seconds; read by: CloseSpider
LUUBAO_MAX_PAGES = 100_000  # 0 is no limit; read by: crawler.scheduler
LUUBAO_MAX_SITEMAPS = 1000  # never read before; read by: crawler.run.run_limits, as all that follow
LUUBAO_SITEMAP_DEPTH = 3
LUUBAO_MAX_WAITING = 2_000_000
LUUBAO_MAX_HEADER_BYTES = 32 * 1024
LUUBAO_MAX_REDIRECTS = 5
LUUBAO_RECHECKS = (
    None  # known articles a run looks at again; None: see archive.frontier.schedule; crawler.run.run_record.Record
)
LUUBAO_HOW = "budget"  # which known articles: "due", "budget" or "all"; read by: crawler.run.run_record.Record
LUUBAO_RECHECK_ALL = False  # whether all that is known is looked at, due or not; read by: crawler.run.run_record.Record
LUUBAO_FULL = False  # `luubao crawl --full` sets it; read by: crawler.run.run_record.Record
LUUBAO_SINCE = None  # `luubao crawl --since` sets it, a date; read by: crawler.run.run_record.Record
LUUBAO_PROGRESS = True  # whether a terminal is shown how far a run is; read by: crawler.run.progress_line
LUUBAO_READERS = None  # processes that read; None is one for each core; read by: crawler.run.run_record.Record

LUUBAO_NORMAL_SINCE = None  # the first day whose runs say what is usual; read by: crawler.run.run_record.Record
LUUBAO_PING_URL = None  # who hears how a run ended; read by: crawler.run.crawl_process

# The frontier is a table of the archive, which knows what was asked for (default: a queue in memory).
SCHEDULER = "crawler.scheduler.FrontierScheduler"

# A redirect is an answer worth keeping: OutletSpider follows it and records each step.
REDIRECT_ENABLED = False  # default True; read by: RedirectMiddleware
METAREFRESH_ENABLED = False  # default True: a page that reloads itself is a page; read by: MetaRefreshMiddleware
RETRY_TIMES = 1  # default 2: what fails twice is tried in a later run; read by: RetryMiddleware
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # default ERROR: crawler.run.run_record.Record tells it; read by: RetryMiddleware

# Nothing listens while an unattended crawl runs.
TELNETCONSOLE_ENABLED = False  # default True; read by: TelnetConsole
REMOTE_CONTROL_ENABLED = False  # default True; read by: RemoteControl

DOWNLOAD_HANDLERS = {
    # default: Scrapy's own; a paper leads nowhere but to the web
    "http": "crawler.download.download_handler.DownloadHandler",
    "https": "crawler.download.download_handler.DownloadHandler",
    **dict.fromkeys(("data", "file", "ftp", "s3")),
}
DOWNLOADER_MIDDLEWARES = {
    # default {}; Scrapy's own allows everything when robots.txt fails, or moved
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.download.download_handler.OffsiteMiddleware": 90,
    "crawler.politeness.robots_txt.RobotsTxt": 100,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.download.decompression.Unpacking": 590,
}
ITEM_PIPELINES = {"crawler.download.picture_pipeline.Pictures": 100}  # default {}
EXTENSIONS = {
    # default {}
    "crawler.politeness.crawl_window.Curfew": 50,
    "crawler.run.shutdown.Ending": 60,
    "crawler.run.run_record.Record": 100,
    "crawler.politeness.host_politeness.HostPoliteness": 150,
    "crawler.download.size_limits.Bounds": 160,
    "crawler.politeness.crawl_delay.CrawlDelay": 200,
    "crawler.run.progress_line.Progress": 300,
}
LOG_LEVEL = "INFO"  # default DEBUG; `luubao crawl` lowers it to WARNING so that cron stays quiet
