#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py PAGES: the pages of the samples, as headless Chromium shows them."""
import html.parser
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

count = failed = 0
SVG = "{http://www.w3.org/2000/svg}"
SECTIONS = ["timeline", "findings", "signers", "matrix", "events", "raw", "reproduce"]


def check(name, condition, detail=""):
    global count, failed
    count += 1
    if not condition:
        failed += 1
        print(f"FAILED: {name}: {detail}"[:400])


class Tags(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.urls = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.urls += [value for name, value in attributes if name in ("src", "href", "action", "style") and value]


class Browser:
    """A session of chromedriver, by the WebDriver protocol."""

    def __init__(self, scratch):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
                     f"--user-data-dir={scratch}/profile"]
        options = {"goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"}}
        made = None
        for _ in range(100):
            try:
                made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": options}})
                break
            except OSError:
                self.connection.close()
                time.sleep(0.1)
        if made is None:
            self.driver.kill()
            raise RuntimeError("chromedriver does not answer")
        self.session = f"/session/{made['sessionId']}"

    def call(self, method, path, body=None):
        self.connection.request(method, path, json.dumps(body) if body is not None else None,
                                {"Content-Type": "application/json"})
        value = json.loads(self.connection.getresponse().read())["value"]
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(value["message"])
        return value

    def run(self, script):
        return self.call("POST", f"{self.session}/execute/sync", {"script": script, "args": []})

    def open(self, path, width):
        self.call("POST", f"{self.session}/goog/cdp/execute", {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}})
        self.call("POST", f"{self.session}/url", {"url": f"file://{path}"})

    def dark(self, media):
        """As for a reader who likes it dark; "" puts everything back."""
        features = [{"name": "prefers-color-scheme", "value": "dark"}] if media else []
        self.call("POST", f"{self.session}/goog/cdp/execute", {
            "cmd": "Emulation.setEmulatedMedia", "params": {"media": media, "features": features}})

    def log(self):
        return self.call("POST", f"{self.session}/se/log", {"type": "browser"})

    def close(self):
        try:
            self.call("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def test_text(folder, name):
    """What can be told without a browser."""
    page = Tags(read(f"{folder}/{name}.html"))
    check(f"{name}: no script, no form, nothing loaded", not {"script", "form", "img", "link", "iframe", "object"} &
          set(page.tags))
    check(f"{name}: no address", not [url for url in page.urls if "var(--" not in url and "fill:" not in url], page.urls)
    check(f"{name}: one heading", page.tags.count("h1") == 1)
    tree = xml.etree.ElementTree.parse(f"{folder}/{name}.svg").getroot()
    check(f"{name}: the picture has a title", tree.find(f"{SVG}title") is not None and
          tree.get("role") == "img")
    bars = [rect for rect in tree.iter(f"{SVG}rect") if (rect.get("class") or "").split(" ")[0] in ("b", "x")]
    check(f"{name}: every bar has a title", bars and all(bar.find(f"{SVG}title") is not None for bar in bars))
    dots = list(tree.iter(f"{SVG}circle"))
    check(f"{name}: every dot has a title", all(dot.find(f"{SVG}title") is not None for dot in dots))
    doubtful = [dot for dot in dots if "not vouched for" in dot.findtext(f"{SVG}title")]
    check(f"{name}: dots of roots that nothing vouches for look different",
          {dot.get("class").endswith(" q") for dot in doubtful} <= {True} and
          not [dot for dot in dots if dot not in doubtful and dot.get("class").endswith(" q")])
    lanes = [text for text in tree.iter(f"{SVG}text") if text.find(f"{SVG}title") is not None]
    for lane in lanes:
        whole = lane.findtext(f"{SVG}title")
        check(f"{name}: a lane's name is whole, or says that it is cut", lane.text.strip() == whole or
              (lane.text.strip().endswith("...") and whole.startswith(lane.text.strip()[:-3])), lane.text)
    return len(bars), len(doubtful), sum(lane.text.strip().endswith("...") for lane in lanes)


def test_page(browser, folder, name):
    for width in (1280, 400):
        browser.open(f"{folder}/{name}.html", width)
        wide = browser.run("const d = document.documentElement; return [d.scrollWidth, d.clientWidth]")
        check(f"{name} at {width}: the page does not scroll sideways", wide[0] <= wide[1], wide)
        out = browser.run("""
            const most = document.documentElement.clientWidth;
            return [...document.querySelectorAll('h1,h2,p,dd,.v,.w')]
                .filter(e => e.getBoundingClientRect().right > most + 1).map(e => e.outerHTML.slice(0, 80))""")
        check(f"{name} at {width}: nothing sticks out", not out, out)
    found = browser.run("return [...document.querySelectorAll('h2')].map(e => e.id)")
    check(f"{name}: sections", [s for s in found if s != "diff"] == SECTIONS, found)
    check(f"{name}: heads of columns and rows", browser.run(
        "return [...document.querySelectorAll('th')].every(e => e.scope === 'col' || e.scope === 'row')"))
    check(f"{name}: language and title", browser.run(
        "return document.documentElement.lang === 'en' && document.title.startsWith('Audit of ')"))
    check(f"{name}: bars have titles", browser.run(
        "const b = [...document.querySelectorAll('svg .b')]; return b.length > 0 && b.every(e => e.querySelector('title'))"))
    for media, white in (("print", True), ("screen", False)):
        browser.dark(media)
        shade = browser.run("return getComputedStyle(document.body).backgroundColor")
        check(f"{name}: dark, on {media}", (shade == "rgb(255, 255, 255)") == white, shade)
    browser.dark("")
    errors = [entry for entry in browser.log() if entry["level"] in ("SEVERE", "WARNING")]
    check(f"{name}: nothing on the console", not errors, errors)
    return browser.run("return document.querySelectorAll('#t-findings tbody tr').length")


def main():
    scratch = tempfile.mkdtemp(prefix="assay-html-")
    subprocess.run([sys.argv[1], scratch], check=True)
    names = sorted(name[:-5] for name in os.listdir(scratch) if name.endswith(".html"))
    bars = {name: test_text(scratch, name) for name in names}
    check("samples", set(names) == {"small", "large", "hostile", "one", "huge"}, names)
    check("a bar for each of 200 roots", bars["large"][0] > 200, bars)
    check("10,000 roots share bars", bars["huge"][0] < 1000, bars)
    check("samples have doubtful roots and long names", any(b[1] for b in bars.values()) and
          any(b[2] for b in bars.values()), bars)
    left_out = read(f"{scratch}/huge.html")
    check("what a page leaves out, it says", "9500 more are in the JSON report." in left_out and
          "12 more are in no report: too many." in left_out)
    browser = Browser(scratch)
    try:
        findings = {name: test_page(browser, scratch, name) for name in names}
        browser.open(f"{scratch}/hostile.html", 1280)
        check("hostile names are text", "<script>" in browser.run("return document.body.innerText"))
        check("hostile names make no element", browser.run(
            "return document.querySelectorAll('script,img,style').length") == 2)
    finally:
        browser.close()
        shutil.rmtree(scratch)
    check("findings are listed", findings["small"] == 7 and findings["one"] <= 1, findings)
    print(f"html: {count} checks, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
