"""Create the tables of Work order management."""

import sqlalchemy as sa
from alembic import op
from backwright.audit import create_triggers, drop_triggers
from backwright.columns import Id, Json, Timestamp
from backwright.search import create_index, drop_index

revision = "a9d38db799d5"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, index and trigger."""
    op.create_table(
        "users",
        sa.Column("id", Id(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("roles", Json(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=True),
        sa.Column("password_changed_at", Timestamp(), nullable=True),
        sa.Column("email_verified_at", Timestamp(), nullable=True),
        sa.Column("last_login_at", Timestamp(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.CheckConstraint("email LIKE '_%@_%'", name=op.f("ck_users_email_format")),
        sa.CheckConstraint("length(email) BETWEEN 1 AND 254", name=op.f("ck_users_email_length")),
        sa.CheckConstraint(
            sa.column("is_active", sa.Boolean()).in_((False, True)),
            name=op.f("ck_users_is_active_boolean"),
        ),
        sa.CheckConstraint("length(name) BETWEEN 0 AND 200", name=op.f("ck_users_name_length")),
        sa.CheckConstraint(
            "length(password_hash) BETWEEN 0 AND 255",
            name=op.f("ck_users_password_hash_length"),
        ),
        sa.CheckConstraint("version BETWEEN -2147483648 AND 2147483647", name=op.f("ck_users_version_range")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("ip", sa.String(45), nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("last_used_at", Timestamp(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=False),
        sa.Column("revoked_at", Timestamp(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_sessions_user_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_sessions_user_id_last_used_at", "sessions", ["user_id", "last_used_at"])
    op.create_table(
        "refresh_tokens",
        sa.Column("id", Id(), nullable=False),
        sa.Column("session_id", Id(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("predecessor_id", Id(), nullable=True),
        sa.Column("expires_at", Timestamp(), nullable=False),
        sa.Column("spent_at", Timestamp(), nullable=True),
        sa.Column("successor_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("predecessor_id", name=op.f("uq_refresh_tokens_predecessor_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_refresh_tokens_session_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_refresh_tokens_session_id_spent_at", "refresh_tokens", ["session_id", "spent_at"])
    op.create_table(
        "browser_sessions",
        sa.Column("session_id", Id(), nullable=False),
        sa.Column("cookie_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_browser_sessions")),
        sa.UniqueConstraint("cookie_hash", name=op.f("uq_browser_sessions_cookie_hash")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_browser_sessions_session_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.String(43), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("public_jwk", Json(), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("activated_at", Timestamp(), nullable=False),
        sa.Column("retired_at", Timestamp(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "encryption_keys",
        sa.Column("id", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("master", sa.String(8), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("active_from", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encryption_keys")),
    )
    op.create_table(
        "login_delays",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", Timestamp(), nullable=False),
        sa.Column("next_attempt_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_delays")),
    )
    op.create_index("ix_login_delays_failed_at", "login_delays", ["failed_at"])
    op.create_table(
        "account_codes",
        sa.Column("id", Id(), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("user_id", Id(), nullable=True),
        sa.Column("roles", Json(), nullable=True),
        sa.Column("tenant", Id(), nullable=True),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_account_codes_code_hash")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_account_codes_user_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_account_codes_address_purpose", "account_codes", ["address", "purpose"])
    op.create_index("ix_account_codes_expires_at", "account_codes", ["expires_at"])
    op.create_index("ix_account_codes_user_id", "account_codes", ["user_id"])
    op.create_table(
        "second_factors",
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("confirmed_at", Timestamp(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_second_factors_user_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_codes_code_hash")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_recovery_codes_user_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    op.create_table(
        "oauth_clients",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=True),
        sa.Column("grants", Json(), nullable=False),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("redirect_uris", Json(), nullable=False),
        sa.Column("logout_uris", Json(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_clients")),
    )
    op.create_table(
        "oauth_grants",
        sa.Column("session_id", Id(), nullable=False),
        sa.Column("client_id", Id(), nullable=False),
        sa.Column("scope", sa.String(500), nullable=False),
        sa.Column("nonce", sa.String(500), nullable=True),
        sa.Column("redirect_uri", sa.String(2000), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("code_challenge", sa.String(43), nullable=False),
        sa.Column("granted_at", Timestamp(), nullable=False),
        sa.Column("code_expires_at", Timestamp(), nullable=False),
        sa.Column("redeemed_at", Timestamp(), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_oauth_grants")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_oauth_grants_code_hash")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_oauth_grants_session_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_oauth_grants_client_id", "oauth_grants", ["client_id"])
    op.create_table(
        "oauth_client_tokens",
        sa.Column("id", Id(), nullable=False),
        sa.Column("client_id", Id(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=False),
        sa.Column("revoked_at", Timestamp(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_client_tokens")),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["oauth_clients.id"],
            name=op.f("fk_oauth_client_tokens_client_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_oauth_client_tokens_client_id_expires_at",
        "oauth_client_tokens",
        ["client_id", "expires_at"],
    )
    op.create_table(
        "identities",
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("subject_hash", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(31), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("last_used_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("subject_hash", name=op.f("uq_identities_subject_hash")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_identities_user_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])
    op.create_table(
        "oidc_sessions",
        sa.Column("session_id", Id(), nullable=False),
        sa.Column("identity_id", Id(), nullable=False),
        sa.Column("sid_hash", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_oidc_sessions")),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["identities.id"],
            name=op.f("fk_oidc_sessions_identity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_oidc_sessions_session_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_oidc_sessions_identity_id", "oidc_sessions", ["identity_id"])
    op.create_index("ix_oidc_sessions_sid_hash", "oidc_sessions", ["sid_hash"])
    op.create_table(
        "oidc_spent",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_oidc_spent")),
    )
    op.create_index("ix_oidc_spent_expires_at", "oidc_spent", ["expires_at"])
    op.create_table(
        "api_keys",
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("networks", Json(), nullable=False),
        sa.Column("rate", sa.String(32), nullable=True),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=False),
        sa.Column("last_used_at", Timestamp(), nullable=True),
        sa.Column("revoked_at", Timestamp(), nullable=True),
        sa.Column("replaced_by", Id(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("replaced_by", name=op.f("uq_api_keys_replaced_by")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_api_keys_user_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_api_keys_user_id_expires_at", "api_keys", ["user_id", "expires_at"])
    op.create_table(
        "api_key_places",
        sa.Column("key_id", Id(), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("first_used_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "place", name=op.f("pk_api_key_places")),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["api_keys.id"],
            name=op.f("fk_api_key_places_key_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", Id(), nullable=False),
        sa.Column("at", Timestamp(), nullable=False),
        sa.Column("actor_id", Id(), nullable=True),
        sa.Column("auth_method", sa.String(32), nullable=False),
        sa.Column("session_id", Id(), nullable=True),
        sa.Column("tenant", Id(), nullable=True),
        sa.Column("action", sa.String(63), nullable=False),
        sa.Column("object_type", sa.String(63), nullable=False),
        sa.Column("object_id", Id(), nullable=True),
        sa.Column("changes", Json(), nullable=True),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("ip", sa.String(45), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_actor_id", "audit_log", ["actor_id", "id"])
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    op.create_index("ix_audit_log_object", "audit_log", ["object_type", "object_id", "id"])
    op.create_table(
        "audit_seals",
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", Timestamp(), nullable=False),
        sa.Column("complete_through", Timestamp(), nullable=False),
        sa.Column("kept_from", sa.BigInteger(), nullable=False),
        sa.Column("last_id", Id(), nullable=True),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_seals")),
    )
    op.create_index("ix_audit_seals_last_id", "audit_seals", ["last_id"])
    op.create_table(
        "attachments",
        sa.Column("id", Id(), nullable=False),
        sa.Column("object_type", sa.String(63), nullable=False),
        sa.Column("object_id", Id(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(127), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("storage_key", sa.String(35), nullable=False),
        sa.Column("state", sa.String(11), nullable=False),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_attachments_storage_key")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_attachments_size_range")),
        sa.CheckConstraint(
            "state IN ('pending', 'ready', 'quarantined')",
            name=op.f("ck_attachments_state_values"),
        ),
    )
    op.create_index("ix_attachments_object", "attachments", ["object_type", "object_id", "id"])
    op.create_index("ix_attachments_size", "attachments", ["size"])
    op.create_index("ix_attachments_state_created_at", "attachments", ["state", "created_at"])
    op.create_table(
        "rate_limits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_limits")),
    )
    op.create_index("ix_rate_limits_expires_us", "rate_limits", ["expires_us"])
    op.create_index("ix_rate_limits_key_at_us", "rate_limits", ["key", "at_us"])
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(16777215), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_expires_at", "idempotency_keys", ["expires_at"])
    op.create_table(
        "assets",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("tag", sa.String(50), nullable=False),
        sa.Column("category", sa.String(100), nullable=True),
        sa.Column("location", sa.String(200), nullable=True),
        sa.Column("status", sa.String(63), nullable=False),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("description", sa.String(10000), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assets")),
        sa.UniqueConstraint("tag", name=op.f("uq_assets_tag")),
        sa.CheckConstraint("length(category) BETWEEN 0 AND 100", name=op.f("ck_assets_category_length")),
        sa.CheckConstraint(
            "length(description) BETWEEN 0 AND 10000",
            name=op.f("ck_assets_description_length"),
        ),
        sa.CheckConstraint("length(location) BETWEEN 0 AND 200", name=op.f("ck_assets_location_length")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_assets_name_length")),
        sa.CheckConstraint(
            "status IN ('active', 'out_of_service', 'retired')",
            name=op.f("ck_assets_status_values"),
        ),
        sa.CheckConstraint("length(tag) BETWEEN 1 AND 50", name=op.f("ck_assets_tag_length")),
        sa.CheckConstraint(
            "version BETWEEN -2147483648 AND 2147483647",
            name=op.f("ck_assets_version_range"),
        ),
    )
    op.create_index("ix_assets_category_id", "assets", ["category", "id"])
    op.create_index("ix_assets_created_at_id", "assets", ["created_at", "id"])
    op.create_index("ix_assets_location_id", "assets", ["location", "id"])
    op.create_index("ix_assets_name_id", "assets", ["name", "id"])
    op.create_index("ix_assets_status_id", "assets", ["status", "id"])
    op.create_table(
        "technicians",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("phone", sa.String(32), nullable=True),
        sa.Column("trade", sa.String(100), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technicians")),
        sa.UniqueConstraint("account_id", name=op.f("uq_technicians_account_id")),
        sa.UniqueConstraint("email", name=op.f("uq_technicians_email")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["users.id"],
            name=op.f("fk_technicians_account_id"),
            ondelete="SET NULL",
        ),
        sa.CheckConstraint(
            sa.column("active", sa.Boolean()).in_((False, True)),
            name=op.f("ck_technicians_active_boolean"),
        ),
        sa.CheckConstraint("email LIKE '_%@_%'", name=op.f("ck_technicians_email_format")),
        sa.CheckConstraint("length(email) BETWEEN 1 AND 254", name=op.f("ck_technicians_email_length")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_technicians_name_length")),
        sa.CheckConstraint("length(phone) >= 4", name=op.f("ck_technicians_phone_format")),
        sa.CheckConstraint("length(phone) BETWEEN 0 AND 32", name=op.f("ck_technicians_phone_length")),
        sa.CheckConstraint("length(trade) BETWEEN 0 AND 100", name=op.f("ck_technicians_trade_length")),
        sa.CheckConstraint(
            "version BETWEEN -2147483648 AND 2147483647",
            name=op.f("ck_technicians_version_range"),
        ),
    )
    op.create_index("ix_technicians_active_id", "technicians", ["active", "id"])
    op.create_index("ix_technicians_created_at_id", "technicians", ["created_at", "id"])
    op.create_index("ix_technicians_name_id", "technicians", ["name", "id"])
    op.create_index("ix_technicians_trade_id", "technicians", ["trade", "id"])
    op.create_table(
        "work_orders",
        sa.Column("id", Id(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.String(10000), nullable=True),
        sa.Column("status", sa.String(63), nullable=False),
        sa.Column("priority", sa.String(63), nullable=False),
        sa.Column("due_at", Timestamp(), nullable=True),
        sa.Column("asset_id", Id(), nullable=False),
        sa.Column("assignee_id", Id(), nullable=True),
        sa.Column("notes", sa.String(10000), nullable=True),
        sa.Column("completed_at", Timestamp(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_orders")),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["assets.id"],
            name=op.f("fk_work_orders_asset_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["assignee_id"],
            ["technicians.id"],
            name=op.f("fk_work_orders_assignee_id"),
            ondelete="SET NULL",
        ),
        sa.CheckConstraint(
            "length(description) BETWEEN 0 AND 10000",
            name=op.f("ck_work_orders_description_length"),
        ),
        sa.CheckConstraint("length(notes) BETWEEN 0 AND 10000", name=op.f("ck_work_orders_notes_length")),
        sa.CheckConstraint(
            "priority IN ('low', 'normal', 'high', 'urgent')",
            name=op.f("ck_work_orders_priority_values"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'assigned', 'in_progress', 'on_hold', 'done', 'cancelled')",
            name=op.f("ck_work_orders_status_values"),
        ),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 200", name=op.f("ck_work_orders_title_length")),
        sa.CheckConstraint(
            "version BETWEEN -2147483648 AND 2147483647",
            name=op.f("ck_work_orders_version_range"),
        ),
    )
    op.create_index("ix_work_orders_asset_id_id", "work_orders", ["asset_id", "id"])
    op.create_index("ix_work_orders_assignee_id_id", "work_orders", ["assignee_id", "id"])
    op.create_index("ix_work_orders_created_at_id", "work_orders", ["created_at", "id"])
    op.create_index("ix_work_orders_due_at_id", "work_orders", ["due_at", "id"])
    op.create_index("ix_work_orders_priority_id", "work_orders", ["priority", "id"])
    op.create_index("ix_work_orders_status_id", "work_orders", ["status", "id"])
    create_triggers(op)
    create_triggers(op, "audit_seals")
    create_index(op, "assets", ("name", "tag", "description"))
    create_index(op, "technicians", ("name", "email"))
    create_index(op, "work_orders", ("title", "description"))


def downgrade() -> None:
    """Take all of it back, with every row in it."""
    drop_triggers(op)
    drop_triggers(op, "audit_seals")
    drop_index(op, "assets")
    drop_index(op, "technicians")
    drop_index(op, "work_orders")
    op.drop_table("work_orders")
    op.drop_table("technicians")
    op.drop_table("assets")
    op.drop_table("idempotency_keys")
    op.drop_table("rate_limits")
    op.drop_table("attachments")
    op.drop_table("audit_seals")
    op.drop_table("audit_log")
    op.drop_table("api_key_places")
    op.drop_table("api_keys")
    op.drop_table("oidc_spent")
    op.drop_table("oidc_sessions")
    op.drop_table("identities")
    op.drop_table("oauth_client_tokens")
    op.drop_table("oauth_grants")
    op.drop_table("oauth_clients")
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
    op.drop_table("account_codes")
    op.drop_table("login_delays")
    op.drop_table("encryption_keys")
    op.drop_table("signing_keys")
    op.drop_table("browser_sessions")
    op.drop_table("refresh_tokens")
    op.drop_table("sessions")
    op.drop_table("users")
