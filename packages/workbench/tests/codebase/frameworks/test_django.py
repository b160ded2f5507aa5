"""Routes of Django: URL modules, views, what guards them, middleware."""

from backwright_workbench.codebase.facts.web import Purpose
from web_routes import guards, inputs, is_known, project, route

SETTINGS = """
    INSTALLED_APPS = ["django.contrib.admin", "shop"]
    ROOT_URLCONF = "site.urls"
    MIDDLEWARE = [
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ] + ["shop.middleware.Slow"]
"""
URLS = """
    from django.contrib import admin
    from django.urls import include, path, re_path
    from django.conf.urls.static import static
    from shop import views

    extra = [path("about/", views.about)]
    urlpatterns = [
        path("admin/", admin.site.urls),
        path("shop/", include(("shop.urls", "shop"), namespace="shop")),
        path("pages/", include(extra)),
    ] + static("/media/")
    urlpatterns += [re_path(r"^old/(?P<year>[0-9]{4})/$", views.about)]
    handler500 = "shop.views.broken"
"""
SHOP_URLS = """
    from django.contrib.auth.decorators import login_required
    from django.contrib.auth.views import LoginView
    from django.urls import path
    from shop import views

    app_name = "shop"
    urlpatterns = [
        path("orders/<int:pk>/", views.order, name="order"),
        path("orders/<int:pk>/delete/", views.remove),
        path("hook/", views.hook),
        path("list/", views.Orders.as_view()),
        path("new/", login_required(views.New.as_view())),
        path("edit/<slug:name>/", views.Edit.as_view()),
        path("login/", LoginView.as_view()),
    ]
"""
VIEWS = """
    import json
    from django.contrib.auth.decorators import login_required, permission_required, user_passes_test
    from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
    from django.shortcuts import get_object_or_404
    from django.utils.decorators import method_decorator
    from django.views import View
    from django.views.decorators.csrf import csrf_exempt
    from django.views.decorators.http import require_POST
    from django.views.generic import CreateView, ListView
    from shop.forms import OrderForm

    def about(request, year=None):
        return None

    def broken(request): ...

    @login_required
    def order(request, pk):
        if request.method == "POST":
            form = OrderForm(request.POST)
            title = request.POST["title"]
        return request.GET.get("page")

    @require_POST
    @permission_required("shop.delete")
    def remove(request, pk): ...

    @csrf_exempt
    def hook(request):
        data = json.loads(request.body)
        Order.objects.create(name=data["name"])

    class Orders(LoginRequiredMixin, ListView):
        paginate_by = 20
        def get_queryset(self):
            return Order.objects.filter(owner=self.request.user)

    class New(CreateView):
        form_class = OrderForm
        def form_valid(self, form): ...

    @method_decorator(csrf_exempt, name="dispatch")
    class Edit(View):
        @method_decorator(login_required)
        def get(self, request, name): ...
        def post(self, request, name):
            return request.POST.get("title")
"""
FORMS = """
    from django import forms
    class OrderForm(forms.Form):
        title = forms.CharField()
"""
SLOW = """
    class Slow:
        def __init__(self, get_response):
            self.get_response = get_response
        def __call__(self, request):
            response = self.get_response(request)
            response["X-Frame-Options"] = "DENY"
            return response
"""


def shop():
    return project(
        site__settings=SETTINGS,
        site__urls=URLS,
        shop__urls=SHOP_URLS,
        shop__views=VIEWS,
        shop__forms=FORMS,
        shop__middleware=SLOW,
    )


def test_patterns_are_followed_through_includes_and_lists() -> None:
    """`include` of a module by name, of a tuple, of a list; regular expressions; views in other packages."""
    assert {str(each) for each in shop().routes} == {
        "GET|POST /shop/orders/{pk}/",
        "POST /shop/orders/{pk}/delete/",
        "GET|POST /shop/hook/",
        "GET /shop/list/",
        "GET /shop/new/",
        "POST /shop/new/",
        "GET /shop/edit/{name}/",
        "POST /shop/edit/{name}/",
        "GET /shop/login/",
        "POST /shop/login/",
        "GET /pages/about/",
        "GET /old/{year}/",
    }


def test_decorators_mixins_and_wrappers_guard_views() -> None:
    """On functions, around `as_view()`, among the bases, on one method only."""
    app = shop()
    assert is_known(app, "GET|POST /shop/orders/{pk}/")
    assert is_known(app, "GET /shop/list/")
    assert is_known(app, "POST /shop/new/")
    assert is_known(app, "GET /shop/edit/{name}/")
    assert not is_known(app, "POST /shop/edit/{name}/")
    assert not is_known(app, "GET|POST /shop/hook/")
    assert "authorization" in guards(app, "POST /shop/orders/{pk}/delete/")["permission_required"]


def test_the_middleware_guards_against_forged_requests_but_not_exempt_views() -> None:
    """`csrf_exempt` on a function and on a class."""
    app = shop()
    exempt = {str(each) for each in app.routes if not each.guarded(Purpose.CSRF)}
    assert exempt == {"GET|POST /shop/hook/", "GET /shop/edit/{name}/", "POST /shop/edit/{name}/"}


def test_views_take_what_they_read_and_their_forms() -> None:
    """Query, form, body and the path."""
    app = shop()
    assert inputs(app, "GET|POST /shop/orders/{pk}/") == {
        ("path", "pk"),
        ("form", ""),
        ("form", "title"),
        ("query", "page"),
    }
    assert inputs(app, "GET|POST /shop/hook/") == {("body", "name")}
    assert [each.type for each in route(app, "POST /shop/new/").parameters] == ["shop.forms.OrderForm"]


def test_middleware_is_known_by_its_name_or_by_what_it_does() -> None:
    """The settings list it; that of the project is read."""
    app = shop()
    found = {each.name: each.purposes for each in app.middleware}
    assert list(found) == ["SecurityMiddleware", "CsrfViewMiddleware", "AuthenticationMiddleware", "Slow"]
    assert Purpose.HEADERS in found["Slow"]
    assert Purpose.AUTHENTICATION not in found["AuthenticationMiddleware"]
    assert [(each.errors, each.is_general) for each in app.error_handlers] == [(("500",), True)]
    assert [(each.name, each.framework) for each in app.apps] == [("site.settings", "django")]


def test_login_is_required_everywhere_by_middleware() -> None:
    """`LoginRequiredMiddleware` guards all views that do not say otherwise."""
    app = project(
        settings="""
        ROOT_URLCONF = "urls"
        MIDDLEWARE = []
        MIDDLEWARE += ["django.contrib.auth.middleware.LoginRequiredMiddleware"]
        """,
        urls="""
        from django.urls import path
        import views
        urlpatterns = [path("a/", views.a), path("b/", views.b)]
        """,
        views="""
        from django.contrib.auth.decorators import login_not_required
        def a(request): ...
        @login_not_required
        def b(request): ...
        """,
    )
    assert is_known(app, "GET /a/")
    assert not is_known(app, "GET /b/")


def test_strange_url_modules_are_read_without_a_crash() -> None:
    """Includes of oneself, of nothing, patterns without views, old spellings."""
    app = project(
        settings="ROOT_URLCONF = 'urls'\nINSTALLED_APPS = None",
        urls="""
        from django.conf.urls import url
        from django.urls import include, path
        import views
        urlpatterns = [path("again/", include("urls")), path(), path("x"), path("y", include()), include("z"),
                       url(r"^old/(\\d+)/$", "views.old"), path("l/", lambda request: None), path("n", None),
                       path("s/", include(getattr(views, "urls"))), *[path(each, views.old) for each in ("a", "b")]]
        urlpatterns.append(path("more/", views.old))
        """,
        views="def old(request, *args): ...",
    )
    assert "GET /more/" in {str(each) for each in app.routes}


def test_a_guard_for_strangers_is_no_authentication() -> None:
    """`unauthenticated_user` sends away who is logged in: the login page stays open to all."""
    app = project(
        settings="ROOT_URLCONF = 'urls'",
        urls="from django.urls import path\nimport views\nurlpatterns = [path('login/', views.login)]",
        views="""
        from decorators import unauthenticated_user
        @unauthenticated_user
        def login(request):
            return request.POST["name"]
        """,
    )
    assert not is_known(app, "GET|POST /login/")
