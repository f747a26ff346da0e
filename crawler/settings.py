"""Scrapy settings that differ from Scrapy's defaults; each comment names the default and the module that reads it.

Those that users set have their defaults in crawler.config.setting_keys; luubao.toml and the environment override them
(OutletSpider.update_settings).
"""

from crawler.config.setting_keys import KEYS

vars().update({key.scrapy: key.for_scrapy(key.default) for key in KEYS if key.scrapy})

BOT_NAME = "luubao"
SPIDER_MODULES = ["crawler.spiders"]
LUUBAO_CONFIG = None  # path of the settings file, None for the one that is found; read by: crawler.outlet
LUUBAO_PICTURE_REST = 24 * 60 * 60  # seconds before a recheck; read by: crawler.download.picture_pipeline

# Politeness. A Crawl-delay in robots.txt replaces DOWNLOAD_DELAY (crawler.politeness.robots_txt.CrawlDelay).
ROBOTSTXT_OBEY = True  # default False; read by: crawler.politeness.robots_txt.RobotsTxt
# default None, the whole User-Agent, in which groups for words of the contact would be found; read by: the same
ROBOTSTXT_USER_AGENT = "luubao"
CONCURRENT_REQUESTS = 4  # default 16: few, so that a run stops soon after the signal; read by: the downloader
CONCURRENT_ITEMS = 1  # default 100: Scrapy starts as many tasks for each response; read by: the scraper
# default with Accept-Language: en, for which a paper may answer in English; read by: DefaultHeadersMiddleware
DEFAULT_REQUEST_HEADERS = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
COOKIES_ENABLED = False  # default True: an archive fetches as an unknown visitor; read by: CookiesMiddleware

# The folder with the host locks that concurrent crawls share. None is a crawl alone on its machine.
LUUBAO_HOST_LOCKS = None  # read by: crawler.politeness.host_politeness
LUUBAO_LEASE = None  # a LeaseCheck, where many machines crawl; read by: crawler.politeness.host_politeness

# Backoff, in seconds unless stated; read by: crawler.politeness.host_politeness
LUUBAO_ERRORS_IN_A_ROW = 5  # a count: then the host gets no more requests
LUUBAO_FIRST_QUIET = 15 * 60  # how long, doubled with every further error, in later runs too
LUUBAO_LONGEST_QUIET = 6 * 60 * 60
LUUBAO_FIRST_PAUSE = 30  # after a 429 or 503 without Retry-After; doubled with every further one
LUUBAO_LONGEST_WAIT = 5 * 60  # how long a run waits for a host; longer backoff is left to a later run
LUUBAO_LONGEST_DELAY = 5 * 60  # the longest Crawl-delay a run waits for; a longer one puts the host into backoff

LUUBAO_MAXSIZE_NOT_TEXT = 4 * 1024 * 1024  # of a response that is not text; crawler.download.size_limits
DOWNLOAD_WARNSIZE = 0  # default 32 MiB: the capture names what was left out; read by: the download handler

# What the command line of one crawl sets; read by: crawler.run.run_record.RunRecord
LUUBAO_RECHECK_ALL = False  # --recheck-all
LUUBAO_FULL = False  # --full
LUUBAO_SINCE = None  # --since, a date
LUUBAO_PROGRESS = True  # whether a terminal shows the progress line; read by: crawler.run.run_command

# The frontier is a table of the archive (default: a queue in memory), and deduplicates requests by URL.
SCHEDULER = "crawler.scheduler.FrontierScheduler"

# A redirect is a response to keep: OutletSpider follows it and records each step.
REDIRECT_ENABLED = False  # default True; read by: RedirectMiddleware
METAREFRESH_ENABLED = False  # default True: a page that reloads itself is a page; read by: MetaRefreshMiddleware
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # default ERROR: crawler.run.run_record.RunRecord logs it; read by: RetryMiddleware

DOWNLOADER_CLIENT_TLS_CIPHERS = "DEFAULT:!DH"  # default DEFAULT: as browsers; old servers that prefer DH have weak keys

# Nothing listens while an unattended crawl runs.
TELNETCONSOLE_ENABLED = False  # default True; read by: TelnetConsole
REMOTE_CONTROL_ENABLED = False  # default True; read by: RemoteControl

DOWNLOAD_HANDLERS = {
    # default: Scrapy's own, with other schemes; a paper's links lead to the web
    **dict.fromkeys(("http", "https"), "crawler.download.download_handler.DownloadHandler"),
    **dict.fromkeys(("data", "file", "ftp", "s3")),
}
DOWNLOADER_MIDDLEWARES = {
    # default {}; Scrapy's own RobotsTxtMiddleware allows everything where robots.txt fails or redirects
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.download.download_handler.RefusalMiddleware": 90,
    "crawler.politeness.robots_txt.RobotsTxt": 100,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.download.size_limits.DecompressionMiddleware": 590,
}
ITEM_PIPELINES = {"crawler.download.picture_pipeline.Pictures": 100}  # default {}
EXTENSIONS = {
    # default {}
    "crawler.run.shutdown.CrawlWindow": 50,
    "crawler.run.shutdown.Shutdown": 60,
    "crawler.run.run_record.RunRecord": 100,
    "crawler.politeness.host_politeness.HostPoliteness": 150,
    "crawler.download.size_limits.SizeLimits": 160,
    "crawler.politeness.robots_txt.CrawlDelay": 200,
    "crawler.run.run_command.Progress": 300,
}
LOG_LEVEL = "INFO"  # default DEBUG; `luubao crawl` lowers it to WARNING so that cron stays quiet
