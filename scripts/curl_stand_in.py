"""As much of curl as the printed lines use: -f -s -S, -X METHOD, -H HEADER, -d BODY, URL."""

import argparse
import sys
import urllib.error
import urllib.request


def main() -> None:
    """Sends one request; writes the body, or fails as `curl -fsS` does."""
    parser = argparse.ArgumentParser(prog="curl")
    for flag in "fsS":
        parser.add_argument(f"-{flag}", action="store_true")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", dest="body")
    parser.add_argument("url")
    given = parser.parse_args()
    headers = dict(header.split(": ", 1) for header in given.headers)
    body = None if given.body is None else given.body.encode()
    request = urllib.request.Request(given.url, data=body, method=given.method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            sys.stdout.buffer.write(answer.read())
    except urllib.error.HTTPError as error:
        sys.exit(f"curl: (22) The requested URL returned error: {error.code}")
    except OSError as error:
        sys.exit(f"curl: (7) {error}")


if __name__ == "__main__":
    main()
