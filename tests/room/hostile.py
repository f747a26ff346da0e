"""A page that tries everything a page can try to run, to ask others, to get out of its frame."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Listener(socketserver.ThreadingTCPServer):
    """Counts who connects, whether or not they ask for anything."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.heard: list[object] = []

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def verify_request(self, request: object, client_address: object) -> bool:
        """Writes down that somebody is there, at once; answers nothing."""
        self.heard.append(client_address)
        return False


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener that runs."""
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


TRIES = (
    '<script>document.title = "ran"; fetch("{o}/fetch"); new Image().src = "{o}/beacon"; navigator.sendBeacon("{o}/b")</script>',
    '<script src="{o}/script.js"></script>',
    '<script type="module">import "{o}/module.js"</script>',
    '<script type="speculationrules">{{"prefetch": [{{"source": "list", "urls": ["{o}/speculation"]}}]}}</script>',
    '<img src="{o}/img.png" onerror="document.title = \'ran\'">',
    '<img srcset="{o}/srcset.png 1x" alt="">',
    '<picture><source srcset="{o}/source.webp"><img alt=""></picture>',
    '<body onload="document.title = \'ran\'" background="{o}/background.png">',
    '<link rel="stylesheet" href="{o}/style.css">',
    '<link rel="preconnect" href="{o}">',
    '<link rel="dns-prefetch" href="{o}">',
    '<link rel="preload" as="image" href="{o}/preload.png">',
    '<link rel="modulepreload" href="{o}/modulepreload.js">',
    '<link rel="prefetch" href="{o}/prefetch.html">',
    '<link rel="prerender" href="{o}/prerender.html">',
    '<link rel="icon" href="{o}/icon.png">',
    '<link rel="manifest" href="{o}/manifest.json">',
    '<base href="{o}/">',
    '<meta http-equiv="refresh" content="0; url={o}/refresh">',
    '<meta http-equiv="Content-Security-Policy" content="default-src *">',
    '<style>@import "{o}/import.css"; @font-face {{ font-family: f; src: url({o}/font.woff2) }} body {{ font-family: f; background: url({o}/css.png) }}</style>',
    '<p style="background: url({o}/inline.png)">text</p>',
    '<iframe src="{o}/frame.html"></iframe>',
    "<iframe srcdoc=\"<script>parent.document.title = 'ran'; fetch('{o}/srcdoc')</script><img src={o}/srcdoc.png>\"></iframe>",
    "<iframe src=\"javascript:fetch('{o}/js-frame')\"></iframe>",
    "<iframe src=\"data:text/html,<script>fetch('{o}/data')</script><img src={o}/data.png>\"></iframe>",
    '<object data="{o}/object.swf"></object><embed src="{o}/embed.swf">',
    '<video src="{o}/video.mp4" poster="{o}/poster.png" autoplay></video><audio src="{o}/audio.mp3" autoplay></audio>',
    '<video autoplay><source src="{o}/source.mp4"><track default src="{o}/track.vtt"></video>',
    '<svg><image href="{o}/svg.png"/><use href="{o}/use.svg#a"/><script>fetch("{o}/svg-script")</script><animate onbegin="fetch(\'{o}/svg\')" attributeName="x" dur="1s"/></svg>',
    '<math><mtext><a href="{o}/math">m</a></mtext></math>',
    '<noscript><img src="{o}/noscript.png"><meta http-equiv="refresh" content="0; url={o}/noscript"></noscript>',
    '<form id="f" action="{o}/form"><input type="image" src="{o}/input.png"><button id="submit">send</button></form>',
    '<form action="{o}/autofocus"><input autofocus onfocus="this.form.submit()"></form>',
    "<details open ontoggle=\"fetch('{o}/toggle')\"><summary>s</summary></details>",
    '<a id="link" href="{o}/link" ping="{o}/ping">a link</a>',
    '<a id="top" href="{o}/top" target="_top">a link out of the frame</a>',
    '<a id="blank" href="{o}/blank" target="_blank">a link to a new window</a>',
    '<a id="js" href="javascript:document.title = \'ran\'">a script</a>',
    '<table background="{o}/table.png"><tr><td>t</td></tr></table>',
)


def hostile_page(address: str) -> str:
    """The page, its tries aimed at an address; long enough to be read as an article, for captures of those are what
    people look at."""
    tries = "\n".join(attempt.format(o=address) for attempt in TRIES)
    paragraphs = (
        "<p>Sáng 20/5, huyện Tam Sông khánh thành cây cầu bắc qua sông Con, nối hai xã cách nhau một chuyến đò.</p>" * 4
    )
    return f"<!DOCTYPE html><html><head><title>Trang dữ</title></head><body><h1>Cầu mới qua sông</h1><article>{paragraphs}</article>{tries}</body></html>"
