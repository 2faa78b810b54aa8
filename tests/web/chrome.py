# SPDX-License-Identifier: ISC
"""A person's browser: the system's Chromium without a window.

It finds no host but this machine, so nothing of a test leaves it.  Each
page() is a tab of its own with a history of its own.
"""

import base64
import importlib.util
import json
import os
import shutil
import tempfile
import time

HOST = "signin.example.test"  # leads to this machine, and is not "localhost"
PATIENCE = 60  # seconds
DESKTOP = (1280, 800)
PHONE = (390, 844)


def why_not():
    """Why there is no browser here; None when there is one."""
    missing = [name for name in ("chromedriver", "chromium")
               if find_program(name) is None]
    if importlib.util.find_spec("selenium") is None:
        missing.append("python3-selenium")
    if missing:
        return (f"there is no {' and no '.join(missing)} here; "
                "make check-web installs them")
    return None


def find_program(name):
    return shutil.which(name) or shutil.which(f"{name}-browser")


class Chrome:
    """One running Chromium.

    With load="none" it does not wait for a page's end before a test sees it.
    """

    def __init__(self, load="normal"):
        # Not at the top: without the package the tests skip themselves.
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        self.profile = tempfile.mkdtemp(prefix="gcpkce-web-")
        options = webdriver.ChromeOptions()
        options.binary_location = find_program("chromium")
        options.accept_insecure_certs = True
        options.page_load_strategy = load
        options.set_capability("goog:loggingPrefs",
                               {"performance": "ALL", "browser": "ALL"})
        for word in self._words():
            options.add_argument(word)
        try:
            self.driver = webdriver.Chrome(
                service=Service(find_program("chromedriver")), options=options)
        except BaseException:
            shutil.rmtree(self.profile, ignore_errors=True)
            raise
        self.driver.set_page_load_timeout(PATIENCE)

    def _words(self):
        yield "--headless=new"
        yield f"--user-data-dir={self.profile}"
        yield f"--window-size={DESKTOP[0]},{DESKTOP[1]}"
        yield "--disable-background-networking"
        yield "--disable-component-update"
        yield "--disable-dev-shm-usage"
        yield "--disable-gpu"
        yield "--kiosk"  # draws no toolbar for each tab
        yield "--no-first-run"
        yield "--no-proxy-server"
        yield ("--host-resolver-rules=MAP " + HOST + " 127.0.0.1, "
               "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1")
        if os.geteuid() == 0:
            yield "--no-sandbox"  # Chromium refuses to be root's otherwise

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def page(self):
        """A new tab, in front; the ones before it are closed."""
        earlier = self.driver.window_handles
        self.driver.switch_to.new_window("tab")
        mine = self.driver.current_window_handle
        for handle in earlier:
            self.driver.switch_to.window(handle)
            self.driver.close()
        self.driver.switch_to.window(mine)
        for kind in ("performance", "browser"):
            self.driver.get_log(kind)
        return Tab(self.driver)


class Tab:
    """What a person sees and does in one tab."""

    def __init__(self, driver):
        self.driver = driver

    # going

    def open(self, address):
        self.driver.get(address)
        return self

    @property
    def address(self):
        return self.driver.current_url

    @property
    def history_length(self):
        return self.driver.execute_script("return history.length")

    # seeing

    @property
    def text(self):
        """All that can be seen, as a person reads it."""
        return self._part("body").text

    @property
    def title(self):
        return self.driver.title

    def text_of(self, part):
        return self._part(f"#{part}").text

    def shows(self, part):
        return self._part(f"#{part}").is_displayed()

    def link(self, part):
        """Where a link leads to; None where it is none."""
        return self._part(f"#{part}").get_dom_attribute("href")

    def focused(self):
        """The id of what the keyboard is at."""
        return self.driver.switch_to.active_element.get_dom_attribute("id")

    def wait(self, part, text):
        """Wait until a part of the page shows something."""
        self.wait_until(lambda: text in self.text_of(part), text)

    def wait_for_text(self, text):
        """Wait until a page comes that shows something."""
        self.wait_until(lambda: text in self.text, text)

    def wait_until(self, is_so, what):
        """Wait for something; a page that is just going shows nothing."""
        from selenium.common.exceptions import (NoSuchElementException,
                                                StaleElementReferenceException)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if is_so():
                    return
            except (NoSuchElementException, StaleElementReferenceException):
                pass
            time.sleep(0.02)
        raise AssertionError(
            f"waited for {what!r}; the page shows:\n{self.text}")

    def accessible(self):
        """What a screen reader is told: (role, name, description)s."""
        self.driver.execute_cdp_cmd("Accessibility.enable", {})
        nodes = self.driver.execute_cdp_cmd(
            "Accessibility.getFullAXTree", {})["nodes"]
        return [tuple(node.get(key, {}).get("value", "")
                      for key in ("role", "name", "description"))
                for node in nodes if not node["ignored"]]

    def screenshot(self, path):
        """Photograph the whole page, also what is below the fold."""
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True})
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def type_size(self, part):
        """How large the letters of a part are, in CSS pixels."""
        return self.driver.execute_script(
            "return parseFloat(getComputedStyle(arguments[0]).fontSize)",
            self._part(f"#{part}"))

    def overflows(self):
        """Has a person to scroll sideways?"""
        return self.driver.execute_script(
            "return document.documentElement.scrollWidth > innerWidth")

    # doing

    def click(self, part):
        self._part(f"#{part}").click()

    def choose(self, person):
        """Press a person's button on the fake server's sign-in page."""
        button = f'button[value="{person}"]'
        self.wait_until(lambda: self._part(button), button)
        self._part(button).click()

    def press(self, *keys):
        """Press keys together, as in press(CONTROL, "c")."""
        from selenium.webdriver import ActionChains
        chain = ActionChains(self.driver)
        for key in keys:
            chain.key_down(key)
        for key in reversed(keys):
            chain.key_up(key)
        chain.perform()

    def pasted(self):
        """Paste into another, empty page; gives what comes out."""
        from selenium.webdriver.common.keys import Keys
        self.driver.switch_to.new_window("tab")
        self.driver.get("data:text/html,<textarea autofocus></textarea>")
        field = self._part("textarea")
        field.click()
        self.press(Keys.CONTROL, "v")
        self.wait_until(lambda: field.get_property("value"), "what was copied")
        return field.get_property("value")

    # being another browser

    def be(self, size=DESKTOP, scale=1, dark=False):
        """Be a screen of this size, light or dark."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": scale,
            "mobile": size == PHONE})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme",
                          "value": "dark" if dark else "light"}]})

    def refuse_scripts(self):
        self.driver.execute_cdp_cmd(
            "Emulation.setScriptExecutionDisabled", {"value": True})

    # what went on behind it

    def requests(self):
        """(method, address) of all that the browser asked for since."""
        found = []
        for entry in self.driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                request = event["params"]["request"]
                found.append((request["method"], request["url"]))
        return found

    def complaints(self):
        """What the browser's console has: a policy that was broken."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def _part(self, selector):
        from selenium.webdriver.common.by import By
        return self.driver.find_element(By.CSS_SELECTOR, selector)
