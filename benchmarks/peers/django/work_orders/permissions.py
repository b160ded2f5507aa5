"""Who may do what, by the role that the token names."""

from rest_framework.permissions import SAFE_METHODS, BasePermission


class ByRole(BasePermission):
    def has_permission(self, request, view):
        role = request.auth.get("role") if request.auth is not None else None
        if request.method in SAFE_METHODS:
            return role in ("admin", "dispatcher", "technician", "viewer")
        return role in ("admin", "dispatcher")
