"""Operations of GraphQL: graphene, strawberry, ariadne."""

from web_routes import guards, inputs, is_known, project, route


def test_graphene_answers_with_resolvers_and_mutations() -> None:
    """Those of the root types, inherited ones too; a field without a resolver is an operation as well."""
    app = project(
        schema="""
        import graphene
        from graphql_jwt.decorators import login_required
        from users.schema import CreateUser, UserQuery

        class Query(UserQuery, graphene.ObjectType):
            me = graphene.Field(lambda: User)
            @login_required
            def resolve_me(self, info): ...

        class Mutation(graphene.ObjectType):
            create_user = CreateUser.Field()

        schema = graphene.Schema(query=Query, mutation=Mutation)
        """,
        users__schema="""
        import graphene
        from graphene_django import DjangoListField

        class UserQuery(graphene.ObjectType):
            all_users = DjangoListField(UserType)
            user = graphene.Field(UserType, id=graphene.Int())
            def resolve_user(root, info, id):
                if info.context.user.is_anonymous:
                    raise Exception("Not authenticated")
                return None

        class CreateUser(graphene.Mutation):
            class Arguments:
                name = graphene.String()
            def mutate(self, info, name, email): ...
        """,
    )
    assert {str(each): each.action for each in app.routes} == {
        "QUERY me": "retrieve",
        "QUERY allUsers": "list",
        "QUERY user": "retrieve",
        "MUTATION createUser": "create",
    }
    assert is_known(app, "QUERY me")
    assert is_known(app, "QUERY user")
    assert not is_known(app, "QUERY allUsers")
    assert route(app, "MUTATION createUser").is_write
    assert inputs(app, "MUTATION createUser") == {("body", "name"), ("body", "email")}


def test_strawberry_answers_with_methods_and_resolvers() -> None:
    """Permissions of a field guard it; root types are put together by `merge_types`."""
    app = project(
        schema="""
        import strawberry
        from strawberry.permission import BasePermission
        from strawberry.tools import merge_types
        from resolvers import get_books

        class IsLoggedIn(BasePermission):
            def has_permission(self, source, info, **kwargs):
                return bool(info.context["user"])

        @strawberry.input
        class BookInput:
            title: str

        @strawberry.type
        class Books:
            books: list["Book"] = strawberry.field(resolver=get_books)

        @strawberry.type
        class Users:
            @strawberry.field(permission_classes=[IsLoggedIn])
            def user(self, info: strawberry.Info, id: int) -> "User": ...

        @strawberry.type
        class Mutation:
            @strawberry.mutation
            def delete_book(self, data: BookInput) -> bool: ...

        Query = merge_types("Query", (Books, Users))
        schema = strawberry.Schema(query=Query, mutation=Mutation)
        """,
        resolvers="def get_books(): ...",
    )
    assert {str(each): each.action for each in app.routes} == {
        "QUERY books": "list",
        "QUERY user": "retrieve",
        "MUTATION deleteBook": "delete",
    }
    assert "IsLoggedIn" in guards(app, "QUERY user")
    found = route(app, "MUTATION deleteBook")
    assert [each.schema.name for each in found.parameters if each.schema] == ["BookInput"]
    assert not is_known(app, "MUTATION deleteBook")


def test_ariadne_binds_functions_to_fields() -> None:
    """By decorator and by call."""
    app = project(
        main="""
        from ariadne import MutationType, QueryType
        query = QueryType()
        mutation = MutationType()

        @query.field("users")
        def users(_, info, limit=None): ...

        def remove(_, info, id): ...
        mutation.set_field("deleteUser", remove)
        """
    )
    assert {str(each) for each in app.routes} == {"QUERY users", "MUTATION deleteUser"}
    assert inputs(app, "QUERY users") == {("body", "limit")}


def test_strange_schemas_are_no_crash() -> None:
    """Roots that are not there, fields of nothing, cycles."""
    project(
        main="""
        import graphene, strawberry
        from ariadne import QueryType
        q = QueryType()
        @q.field()
        def a(): ...
        q.set_field("x", None)
        q.set_field()
        Query = Query
        schema = graphene.Schema(query=Query, mutation=None)
        strawberry.Schema(query=missing, mutation=merge_types("M"))
        class Query(graphene.ObjectType):
            x = graphene.Field()
            y = Nothing.Field()
            z = None
        """
    )
