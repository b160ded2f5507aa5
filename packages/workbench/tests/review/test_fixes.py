"""Each fix does what it should, in code as people write it, and leaves everything else as it was."""

import pytest
from backwright_workbench.review.mending.mended import fixes
from backwright_workbench.review.rule import all_rules
from mending_cases import after, mend

FLASK = "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n"


def handler(*lines: str) -> str:
    """A Flask handler with these lines."""
    return f"@app.route('/x')\ndef x():\n{''.join(f'    {each}{chr(10)}' for each in lines)}    return ''\n"


CASES = {
    "tls-verify-off: an argument": (
        "import requests\n\nrequests.get(url, verify=False, timeout=3)  # why\n",
        "import requests\n\nrequests.get(url, timeout=3)  # why\n",
    ),
    "tls-verify-off: the only argument": (
        "import httpx\n\nclient = httpx.Client(verify=False)\n",
        "import httpx\n\nclient = httpx.Client()\n",
    ),
    "tls-verify-off: an attribute": (
        "import requests\n\ns = requests.Session()\ns.verify = False\n",
        "import requests\n\ns = requests.Session()\ns.verify = True\n",
    ),
    "tls-verify-off: a context": (
        "import ssl\n\ncontext = ssl._create_unverified_context()\n",
        "import ssl\n\ncontext = ssl.create_default_context()\n",
    ),
    "unsafe-deserialization: a loader": (
        f"import yaml\n{FLASK}" + handler("a = yaml.load(request.data, Loader=yaml.Loader)"),
        f"import yaml\n{FLASK}" + handler("a = yaml.safe_load(request.data)"),
    ),
    "unsafe-deserialization: an imported name": (
        f"from yaml import load, Loader\n{FLASK}" + handler("a = load(request.data, Loader)"),
        f"from yaml import safe_load, load, Loader\n{FLASK}" + handler("a = safe_load(request.data)"),
    ),
    "cors-permissive: FastAPI": (
        "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\napp = FastAPI()\n"
        'app.add_middleware(\n    CORSMiddleware,\n    allow_origins=["*"],\n    allow_credentials=True,\n)\n',
        "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\nimport os\n\n"
        "app = FastAPI()\n"
        "app.add_middleware(\n    CORSMiddleware,\n"
        '    allow_origins=[each for each in os.environ.get("CORS_ORIGINS", "").split(",") if each],\n'
        "    allow_credentials=True,\n)\n",
    ),
    "insecure-cookie: flags are added": (
        FLASK + handler("answer = app.make_response('')", "answer.set_cookie('session', 'x')"),
        FLASK
        + handler(
            "answer = app.make_response('')",
            "answer.set_cookie('session', 'x', httponly=True, secure=True, samesite=\"lax\")",
        ),
    ),
    "insecure-cookie: a flag is turned on": (
        FLASK
        + handler(
            "answer = app.make_response('')",
            "answer.set_cookie(",
            "    'session',",
            "    'x',",
            "    httponly=False,  # for scripts",
            ")",
        ),
        FLASK
        + handler(
            "answer = app.make_response('')",
            "answer.set_cookie(",
            "    'session',",
            "    'x',",
            "    httponly=True,",
            "    secure=True,",
            '    samesite="lax",  # for scripts',
            ")",
        ),
    ),
    "insecure-cookie: a setting": (
        FLASK + "app.config['SESSION_COOKIE_SECURE'] = False\n",
        FLASK + "app.config['SESSION_COOKIE_SECURE'] = True\n",
    ),
    "debug-on: the server": (
        FLASK + "app.run(debug=True)\n",
        "from flask import Flask, request\nimport os\n\napp = Flask(__name__)\n\n\n"
        'app.run(debug=os.environ.get("DEBUG") == "1")\n',
    ),
    "debug-on: what it falls back to": (
        'import os\n\nDEBUG = os.getenv("DEBUG", "True") == "True"\n',
        'import os\n\nDEBUG = os.getenv("DEBUG", "False") == "True"\n',
    ),
    "debug-on: settings of Pydantic": (
        "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    debug: bool = True\n",
        "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    debug: bool = False\n",
    ),
    "insecure-random: choice": (
        "import random\n\n\ndef token():\n    token = ''.join(random.choice('ab') for _ in range(9))\n"
        "    return token\n",
        "import random\nimport secrets\n\n\ndef token():\n    token = ''.join(secrets.choice('ab') for _ in range(9))\n"
        "    return token\n",
    ),
    "insecure-random: an imported name": (
        "from random import randint\n\n\ndef make():\n    otp = randint(1000, 9999)\n    return otp\n",
        "from random import randint\nimport secrets\n\n\ndef make():\n"
        "    otp = secrets.SystemRandom().randint(1000, 9999)\n    return otp\n",
    ),
    "broad-except: nothing but pass": (
        "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef go():\n    try:\n"
        "        run()\n    except:\n        pass\n",
        "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef go():\n    try:\n        run()\n"
        '    except Exception:\n        logger.exception("go failed")\n',
    ),
    "broad-except: an answer": (
        "def go():\n    try:\n        return run()\n    except Exception as e:\n        # no idea\n"
        "        return None\n",
        "import logging\n\ndef go():\n    try:\n        return run()\n    except Exception as e:\n        # no idea\n"
        '        logging.getLogger(__name__).exception("go failed")\n        return None\n',
    ),
    "jwt-misuse: the signature": (
        'import jwt\n\n\ndef who(token):\n    return jwt.decode(token, KEY, algorithms=["HS256"], '
        'options={"verify_signature": False})\n',
        'import jwt\n\n\ndef who(token):\n    return jwt.decode(token, KEY, algorithms=["HS256"])\n',
    ),
    "jwt-misuse: none among the algorithms": (
        'import jwt\n\n\ndef who(token):\n    return jwt.decode(token, KEY, algorithms=["HS256", "none"])\n',
        'import jwt\n\n\ndef who(token):\n    return jwt.decode(token, KEY, algorithms=["HS256"])\n',
    ),
    "jwt-misuse: algorithms as the project encodes": (
        "import jwt\n\n\ndef who(token):\n    return jwt.decode(token, KEY)\n\n\ndef make(exp):\n"
        '    return jwt.encode({"exp": exp}, KEY, algorithm="HS512")\n',
        'import jwt\n\n\ndef who(token):\n    return jwt.decode(token, KEY, algorithms=["HS512"])\n\n\ndef make(exp):\n'
        '    return jwt.encode({"exp": exp}, KEY, algorithm="HS512")\n',
    ),
    "missing-timeout: a call": (
        "import requests\n\n\ndef get(url):\n    return requests.get(url)\n",
        "import requests\n\n\ndef get(url):\n    return requests.get(url, timeout=10)\n",
    ),
    "missing-timeout: a session and urlopen": (
        "import requests\nimport urllib.request as u\n\n\ndef get(url):\n    s = requests.Session()\n"
        "    s.post(\n        url,\n        json={},\n    )\n    return u.urlopen(url, timeout=None)\n",
        "import requests\nimport urllib.request as u\n\n\ndef get(url):\n    s = requests.Session()\n"
        "    s.post(\n        url,\n        json={},\n        timeout=10,\n    )\n"
        "    return u.urlopen(url, timeout=10)\n",
    ),
    "hardcoded-secret: a constant": (
        'from flask import Flask\n\nSECRET_KEY = "a-long-secret-1"  # for sessions\n',
        'from flask import Flask\nimport os\n\nSECRET_KEY = os.environ["SECRET_KEY"]  # for sessions\n',
    ),
    "hardcoded-secret: what it falls back to": (
        'import os\n\nSECRET_KEY = os.getenv("APP_SECRET", "a-long-secret-1")\n',
        'import os\n\nSECRET_KEY = os.environ["APP_SECRET"]\n',
    ),
    "hardcoded-secret: a setting": (
        FLASK + 'app.config["SECRET_KEY"] = "a-long-secret-1"\n',
        FLASK.replace("request\n", "request\nimport os\n")
        + 'app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]\n',
    ),
    "hardcoded-secret: a connection": (
        'import psycopg2\n\n\ndef connect():\n    return psycopg2.connect(host="db", password="a-long-secret-1")\n',
        "import psycopg2\nimport os\n\n\ndef connect():\n"
        '    return psycopg2.connect(host="db", password=os.environ["DATABASE_PASSWORD"])\n',
    ),
    "hardcoded-secret: settings of Pydantic": (
        "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
        '    secret_key: str = "a-long-secret-1"\n',
        "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    secret_key: str\n",
    ),
    "command-injection: os.system": (
        f"import os\n{FLASK}" + handler("host = request.args['h']", 'os.system(f"ping -c 1 {host}")'),
        "import os\nfrom flask import Flask, request\nimport subprocess\n\napp = Flask(__name__)\n\n\n"
        + handler("host = request.args['h']", 'subprocess.run(["ping", "-c", "1", str(host)], check=False)'),
    ),
    "command-injection: a shell": (
        f"import subprocess\n{FLASK}"
        + handler("h = request.args['h']", 'subprocess.check_output("host -a " + h, shell=True, timeout=3)'),
        f"import subprocess\n{FLASK}"
        + handler("h = request.args['h']", 'subprocess.check_output(["host", "-a", str(h)], timeout=3)'),
    ),
}


@pytest.mark.parametrize(
    ("rule", "before", "wanted"), [(key.partition(":")[0], *each) for key, each in CASES.items()], ids=CASES
)
def test_a_finding_is_mended(rule: str, before: str, wanted: str) -> None:
    """The text is what a careful person would have written."""
    result = mend(before, rule)

    assert result.files.get("app.py", before) == wanted
    assert result.left == []


LEFT = {
    "command-injection: a pipe": f"import os\n{FLASK}"
    + handler("host = request.args['h']", 'os.system("ping " + host + " | grep x")'),
    "command-injection: the program": f"import os\n{FLASK}"
    + handler("host = request.args['h']", 'os.system(f"{host} -x")'),
    "unsafe-deserialization: pickle": f"import pickle\n{FLASK}" + handler("a = pickle.loads(request.data)"),
    "jwt-misuse: no end": "import jwt\n\n\ndef make(user):\n    return jwt.encode({'sub': user}, KEY)\n",
    "jwt-misuse: several algorithms": "import jwt\n\n\ndef who(token):\n    return jwt.decode(token, KEY)\n\n\n"
    "def a(exp):\n    return jwt.encode({'exp': exp}, KEY, algorithm='HS512')\n\n\n"
    "def b(exp):\n    return jwt.encode({'exp': exp}, KEY, algorithm='RS256')\n",
    "debug-on: the name is taken": "import myos as os\nfrom flask import Flask\n\napp = Flask(__name__)\n"
    "app.run(debug=True)\n",
    "tls-verify-off: a name is not checked": "import ssl\n\nc = ssl.create_default_context()\n"
    "c.check_hostname = False\nc.verify_mode = ssl.CERT_NONE\n",
    "missing-timeout: arguments from elsewhere": "import requests\n\n\ndef get(*a):\n    return requests.get(*a)\n",
    "hardcoded-secret: a comparison": "def is_admin(password):\n    return password == 'a-long-secret-1'\n",
    "insecure-cookie: flags from elsewhere": FLASK
    + handler("answer = app.make_response('')", "answer.set_cookie('session', 'x', 1, 2, '/', 'd', False)"),
}


@pytest.mark.parametrize(
    ("rule", "before"), [(key.partition(":")[0], each) for key, each in LEFT.items()], ids=LEFT
)
def test_what_is_not_safe_stays(rule: str, before: str) -> None:
    """It is told as left, with a reason."""
    result = mend(before, rule)

    assert result.files == {}
    assert result.left
    assert all(why for _, why in result.left)


def test_lines_of_windows_and_other_alphabets_stay_as_they_are() -> None:
    """Line ends and columns count as the file has them."""
    before = "import requests\r\n\r\nx = 'ééé'; y = requests.get('ü', verify=False)\r\n"

    assert after(before, "tls-verify-off") == before.replace(", verify=False", "")


def test_tests_of_the_project_are_left_alone() -> None:
    """Even where they do what a rule forbids."""
    files = {"tests/test_x.py": CASES["tls-verify-off: an argument"][0], "app.py": "x = 1\n"}

    assert mend(files).files == {}


def test_several_fixes_of_one_file_come_together() -> None:
    """With one import for all of them, and none is in another's way."""
    result = mend(
        "import random\nimport requests\n\n\ndef make():\n    token = random.choice('ab')\n"
        "    otp = random.choice('cd')\n    requests.get('x', timeout=1, verify=False)\n    return token, otp\n",
        "insecure-random",
        "tls-verify-off",
    )

    assert result.files["app.py"].count("import secrets") == 1
    assert len(result.fixed) == 3


def test_a_file_that_nobody_can_read_is_no_trouble() -> None:
    """Nor one in the newest syntax."""
    files = {
        "broken.py": "def (:\n",
        "new.py": "import requests\n\n\ndef get[T](url: T) -> T:\n    x = f'{d['a']}'\n"
        "    return requests.get(url, verify=False, timeout=1)\n",
    }
    result = mend(files, "tls-verify-off")

    assert list(result.files) == ["new.py"]
    assert "verify" not in result.files["new.py"]


def test_every_fix_is_of_a_rule() -> None:
    """The folder is the registry: a fix has the name of its rule."""
    assert set(fixes()) <= {each.name for each in all_rules()}
