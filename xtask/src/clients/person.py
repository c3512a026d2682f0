"""What a person does in a browser who was told of a code: `cargo xtask clients` has nobody to ask.

    python person.py BASE_URL USER_CODE NAME        # the password is on standard input
"""

import html
import re
import sys

import requests


def send(browser, base_url, page, **entered):
    """Sends the page's form with its hidden fields and what is entered."""
    [action] = re.findall(r'<form[^>]*action="([^"]+)"', page)
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    fields = {name: html.unescape(value) for name, value in hidden} | entered
    answer = browser.post(base_url + html.unescape(action), data=fields, timeout=60)
    answer.raise_for_status()
    return answer.text


def main(base_url, user_code, name):
    password = sys.stdin.readline().strip()
    browser = requests.Session()
    page = browser.get(f"{base_url}/devicelogin", timeout=60).text
    page = send(browser, base_url, page, user_code=user_code)
    page = send(browser, base_url, page, username=name, password=password, decision="allow")
    if "Signed in" not in page:
        raise SystemExit(page)


if __name__ == "__main__":
    main(*sys.argv[1:])
