"""Routes of Connexion: operations of a document with the functions that it names."""

from backwright_workbench.codebase.facts.web import Purpose
from web_routes import guards, inputs, is_known, project, route

APP = """
    import connexion

    app = connexion.FlaskApp(__name__, specification_dir="specs/")
    app.add_api("openapi.yml")
    app.run(port=8080, debug=True)
"""
DOCUMENT = """
openapi: 3.0.1
servers:
  - url: /api
security:
  - jwt: []
paths:
  /users/{name}:
    parameters:
      - $ref: '#/components/parameters/Name'
    get:
      operationId: views.users.one
    delete:
      operationId: remove
      x-openapi-router-controller: views.users
      security:
        - jwt: [admin]
  /login:
    post:
      operationId: views.users.login
      security: []
      requestBody: {}
  /open:
    get:
      operationId: views.users.shown
      security:
        - words: []
components:
  parameters:
    Name: {name: name, in: path, schema: {type: string}}
  securitySchemes:
    jwt: {type: http, scheme: bearer, x-bearerInfoFunc: views.auth.decode}
    words: {type: http, scheme: bearer}
"""
USERS = """
    from flask import jsonify, request

    def one(name):
        return jsonify(answer(name))

    def answer(name):
        return {"name": name}

    def remove(name): ...

    def login():
        data = request.get_json()
        return jsonify(data["user"])

    def shown(): ...
"""
AUTH = """
    import jwt
    def decode(token):
        return jwt.decode(token, "key", algorithms=["HS256"])
"""


def test_operations_of_a_document_are_routes_of_the_functions_that_they_name() -> None:
    """With the prefix of its server, parameters by reference, a controller of its own."""
    app = project(app=APP, specs__openapi_yml=DOCUMENT, views__users=USERS, views__auth=AUTH)
    assert {str(each): each.handler.name for each in app.routes if each.handler} == {
        "GET /api/users/{name}": "one",
        "DELETE /api/users/{name}": "remove",
        "POST /api/login": "login",
        "GET /api/open": "shown",
    }
    assert inputs(app, "GET /api/users/{name}") == {("path", "name")}
    assert ("body", "user") in inputs(app, "POST /api/login")
    assert route(app, "GET /api/users/{name}").declared.line == 11


def test_a_scheme_guards_where_a_function_checks_it() -> None:
    """Connexion does nothing for a scheme without one; `security: []` opens an operation, scopes ask for a right."""
    app = project(app=APP, specs__openapi_yml=DOCUMENT, views__users=USERS, views__auth=AUTH)
    assert is_known(app, "GET /api/users/{name}")
    assert not is_known(app, "POST /api/login")
    assert not is_known(app, "GET /api/open")
    assert guards(app, "DELETE /api/users/{name}")["jwt"] == {"authentication", "authorization"}
    assert route(app, "DELETE /api/users/{name}").guarded(Purpose.AUTHORIZATION)[0].function is not None


def test_without_the_document_what_looks_like_a_handler_is_one() -> None:
    """A function that takes or answers a request and that nothing else calls."""
    app = project(app=APP, views__users=USERS, views__auth=AUTH)
    assert {(each.methods[0], each.handler.name) for each in app.routes if each.handler} == {
        ("GET", "one"),
        ("POST", "login"),
    }


def test_a_broken_document_is_no_crash() -> None:
    """Tabs, templates, lists where mappings are expected."""
    for text in (
        "a:\n\t- b",
        "{{ jinja }}",
        "paths: []",
        "paths: {/a: [], /b: {get: 1}}",
        "[]",
        "paths: {/a: {$ref: '#/x'}}",
    ):
        project(app=APP, specs__openapi_yml=text, views__users=USERS)
