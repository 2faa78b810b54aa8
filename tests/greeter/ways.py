# SPDX-License-Identifier: ISC
"""What a page may try, to reach a host that is not allowed, or to do what it
should not.  test_ways_out.py runs all of it in the real view.

{to} stands for an address at the other host that has the way's name in it,
{name} for the name alone, {ws} for the same address of a WebSocket, and
{bounce} for one at the page's own host that redirects to {to}.
"""

# HTML that loads something without leaving the page.
LOADS = {
    "img": '<img src="{to}">',
    "img-srcset": '<img srcset="{to} 1x">',
    "picture": '<picture><source srcset="{to}"><img></picture>',
    "input-image": '<input type="image" src="{to}">',
    "svg-image": '<svg><image href="{to}" width="9" height="9"></image></svg>',
    "svg-use": '<svg><use href="{to}#a"></use></svg>',
    "script": '<script src="{to}"></script>',
    "module": '<script type="module" src="{to}"></script>',
    "import": '<script>import("{to}").catch(() => 0)</script>',
    "stylesheet": '<link rel="stylesheet" href="{to}">',
    "css-import": '<style>@import url("{to}");</style>',
    "css-background": '<div style="background: url({to})">x</div>',
    "css-font": '<style>@font-face {{ font-family: f; src: url("{to}"); }}</style>'
                '<p style="font-family: f">x</p>',
    "icon": '<link rel="icon" href="{to}">',
    "preload": '<link rel="preload" as="image" href="{to}">',
    "modulepreload": '<link rel="modulepreload" href="{to}">',
    "iframe": '<iframe src="{to}"></iframe>',
    "iframe-srcdoc": "<iframe srcdoc='<img src=\"{to}\">'></iframe>",
    "iframe-refresh": "<iframe srcdoc='<meta http-equiv=refresh content=\"0;url={to}\">'></iframe>",
    "iframe-bounce": '<iframe src="{bounce}"></iframe>',
    "iframe-post": '<iframe name="{name}"></iframe><form method="post" target="{name}" action="{to}">'
                   '<input name="a" value="b"></form><script>document.forms[document.forms.length - 1]'
                   '.submit()</script>',
    "iframe-data": "<iframe src='data:text/html,<img src=\"{to}\">'></iframe>",
    "object": '<object data="{to}" type="text/html"></object>',
    "embed": '<embed src="{to}" type="text/html">',
    "fetch": '<script>fetch("{to}").catch(() => 0)</script>',
    "fetch-no-cors": '<script>fetch("{to}", {{mode: "no-cors", method: "POST", body: "x"}})'
                     '.catch(() => 0)</script>',
    "fetch-keepalive": '<script>fetch("{to}", {{mode: "no-cors", keepalive: true}}).catch(() => 0)</script>',
    "fetch-bounce": '<script>fetch("{bounce}", {{mode: "no-cors"}}).catch(() => 0)</script>',
    "img-bounce": '<img src="{bounce}">',
    "script-bounce": '<script src="{bounce}"></script>',
    "xhr": '<script>{{ let x = new XMLHttpRequest(); x.open("GET", "{to}"); x.send() }}</script>',
    "event-source": '<script>new EventSource("{to}")</script>',
    "websocket": '<script>new WebSocket("{ws}")</script>',
    "worker": '<script>new Worker(URL.createObjectURL(new Blob(["importScripts(\'{to}\')"])))</script>',
    "worker-fetch": '<script>new Worker(URL.createObjectURL(new Blob('
                    '["fetch(\'{to}\', {{mode: \'no-cors\'}})"])))</script>',
    "svg-document": '<img src="data:image/svg+xml,<svg xmlns=\'http://www.w3.org/2000/svg\'>'
                    '<image href=\'{to}\'/></svg>">',
    "csp-report": '<iframe src="/csp?{name}"></iframe>',
    "early-hint": '<iframe src="/link?{name}"></iframe>',
    "beacon": '<script>navigator.sendBeacon && navigator.sendBeacon("{to}", "x")</script>',
    "ping": '<a ping="{to}" href="#here">x</a><script>document.currentScript.previousSibling.click()</script>',
    "prefetch": '<link rel="prefetch" href="{to}">',
    "preconnect": '<link rel="preconnect" href="{to}">',
    "dns-prefetch": '<link rel="dns-prefetch" href="{to}">',
    "dns-control": '<meta http-equiv="x-dns-prefetch-control" content="on"><a href="{to}">x</a>',
    "video": '<video src="{to}" autoplay></video>',
    "audio": '<audio src="{to}" autoplay></audio>',
    "manifest": '<link rel="manifest" href="{to}">',
    "shared-worker": '<script>try {{ new SharedWorker("{to}") }} catch {{ }}</script>',
}
# Of these, what reaches no host even where the host is allowed: features that
# are off or missing, and documents at about:, data: or blob: addresses.
NEVER = {"svg-document", "svg-use", "icon", "iframe-srcdoc", "iframe-refresh", "iframe-data",
         "worker", "worker-fetch", "beacon", "prefetch", "preconnect", "dns-prefetch", "dns-control", "video", "audio",
         "manifest", "shared-worker"}

# Scripts and HTML by which a page leaves for another.
LEAVES = {
    "location": '<script>location = "{to}"</script>',
    "replace": '<script>location.replace("{to}")</script>',
    "refresh": '<meta http-equiv="refresh" content="0;url={to}">',
    "link": '<a id="a" href="{to}">x</a><script>a.click()</script>',
    "form-get": '<form id="f" action="{to}"><input name="a"></form><script>f.submit()</script>',
    "form-post": '<form id="f" method="post" action="{to}"><input name="a"></form><script>f.submit()</script>',
    "bounce": '<script>location = "{bounce}"</script>',
    "frame-to-top": '<iframe src="/to-top?{name}"></iframe>',
    "frame-link": '<iframe src="/link-top?{name}"></iframe>',
    "own-window": '<script>window.open("{to}", "_self")</script>',
}

# By which a page opens another window, or leaves for what is no web page.
OPENS = {
    "window-open": '<script>window.open("{to}")</script>',
    "window-open-about": '<script>let w = window.open("about:blank"); w && (w.location = "{to}")</script>',
    "target-blank": '<a id="a" target="_blank" href="{to}">x</a><script>a.click()</script>',
    "target-name": '<a id="a" target="new" href="{to}">x</a><script>a.click()</script>',
    "form-blank": '<form id="f" target="_blank" action="{to}"></form><script>f.submit()</script>',
    "download": '<a id="a" download="x" href="/own-file">x</a><script>a.click()</script>',
    "attachment": '<script>location = "/attachment"</script>',
    "octets": '<script>location = "/octets"</script>',
    "file": '<script>location = "file:///etc/passwd"</script>',
    "file-link": '<a id="a" href="file:///etc/passwd">x</a><script>a.click()</script>',
    "file-frame": '<iframe src="file:///etc/passwd"></iframe>',
    "file-fetch": '<script>fetch("file:///etc/passwd").then(r => r.text()).then('
                  't => fetch("/leak", {{method: "POST", body: t}})).catch(() => 0)</script>',
    "data": '<a id="a" href="data:text/html,<h1>data</h1>">x</a><script>a.click()</script>',
    "about": '<script>location = "about:blank"</script>',
    "blob": '<script>location = URL.createObjectURL(new Blob(["<h1>blob</h1>"], {{type: "text/html"}}))'
            '</script>',
    "webkit": '<script>location = "webkit://gpu"</script>',
    "inspector": '<script>location = "inspector://127.0.0.1:9222"</script>',
    "resource": '<script>location = "resource:///org/webkit"</script>',
    "mailto": '<script>location = "mailto:a@example.test"</script>',
    "handler": '<script>location = "xdg-open://x"</script>',
    "print": '<script>print()</script>',
    "alert": '<script>alert("x"); confirm("x"); prompt("x")</script>',
    "before-unload": '<script>onbeforeunload = e => {{ e.preventDefault(); return "x" }}</script>',
    "close": '<script>close()</script>',
    "fullscreen": '<script>document.documentElement.requestFullscreen && '
                  'document.documentElement.requestFullscreen().catch(() => 0)</script>',
    "title": '<script>document.title = "A very long title ".repeat(100000)</script>',
    "http": '<script>location = "{http}"</script>',
    "http-bounce": '<script>location = "/to-http"</script>',
    "http-img": '<img src="{http}">',
}

# What is clicked, as WebKit itself refuses most of it where no user asked for
# it; and what the view says that it refused.
CLICKS = {
    "window-open": ('<button onclick="window.open(\'/opened\')">x</button>', None),
    "window-open-about": ('<button onclick="window.open(\'about:blank\')">x</button>', None),
    "target-blank": ('<a target="_blank" href="/opened">x</a>', "a new window"),
    "target-name": ('<a target="new" href="/opened">x</a>', "a new window"),
    "form-blank": ('<form target="_blank" action="/opened"><button>x</button></form>', "a new window"),
    "download": ('<a download="x" href="/own-file">x</a>', "a download"),
    "attachment": ('<a href="/attachment">x</a>', None),
    "octets": ('<a href="/octets">x</a>', None),
    "print": ('<button onclick="print()">x</button>', None),
    "fullscreen": ('<button onclick="document.body.requestFullscreen?.()">x</button>', None),
}
