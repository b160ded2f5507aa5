-- What the peer on SQLite stores: as postgresql.sql, in the types that SQLAlchemy uses there.
PRAGMA journal_mode = WAL;
CREATE TABLE users (
  id char(32) PRIMARY KEY, email varchar(254) NOT NULL UNIQUE, name varchar(200) NOT NULL, role varchar(20) NOT NULL,
  password_hash varchar(255) NOT NULL, is_active boolean NOT NULL DEFAULT 1
);
CREATE TABLE assets (
  id char(32) PRIMARY KEY, name varchar(200) NOT NULL, tag varchar(50) NOT NULL UNIQUE, category varchar(100),
  location varchar(200), status varchar(63) NOT NULL CHECK (status IN ('active', 'out_of_service', 'retired')),
  installed_on date, description varchar(10000),
  version integer NOT NULL DEFAULT 1, created_at datetime NOT NULL, updated_at datetime NOT NULL
);
CREATE TABLE technicians (
  id char(32) PRIMARY KEY, name varchar(200) NOT NULL, email varchar(254) NOT NULL UNIQUE, phone varchar(32),
  trade varchar(100), active boolean NOT NULL, account_id char(32) UNIQUE REFERENCES users ON DELETE SET NULL,
  version integer NOT NULL DEFAULT 1, created_at datetime NOT NULL, updated_at datetime NOT NULL
);
CREATE TABLE work_orders (
  id char(32) PRIMARY KEY, title varchar(200) NOT NULL, description varchar(10000),
  status varchar(63) NOT NULL CHECK (status IN ('open', 'assigned', 'in_progress', 'on_hold', 'done', 'cancelled')),
  priority varchar(63) NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  due_at datetime, asset_id char(32) NOT NULL REFERENCES assets ON DELETE RESTRICT,
  assignee_id char(32) REFERENCES technicians ON DELETE SET NULL, notes varchar(10000), completed_at datetime,
  version integer NOT NULL DEFAULT 1, created_at datetime NOT NULL, updated_at datetime NOT NULL
);
CREATE INDEX ix_work_orders_status ON work_orders (status, id);
CREATE INDEX ix_work_orders_priority ON work_orders (priority, id);
CREATE INDEX ix_work_orders_assignee ON work_orders (assignee_id, id);
CREATE INDEX ix_work_orders_asset ON work_orders (asset_id, id);
CREATE INDEX ix_work_orders_created ON work_orders (created_at, id);
CREATE INDEX ix_work_orders_due ON work_orders (due_at, id);
CREATE TABLE attachments (
  id char(32) PRIMARY KEY, work_order_id char(32) NOT NULL REFERENCES work_orders ON DELETE CASCADE,
  name varchar(255) NOT NULL, media_type varchar(127) NOT NULL, size bigint NOT NULL, sha256 varchar(64) NOT NULL,
  created_at datetime NOT NULL
);
CREATE INDEX ix_attachments_order ON attachments (work_order_id, id);
CREATE VIRTUAL TABLE work_orders_fts USING fts5(title, description, content='work_orders');
CREATE TRIGGER work_orders_fts_insert AFTER INSERT ON work_orders BEGIN
  INSERT INTO work_orders_fts(rowid, title, description) VALUES (new.rowid, new.title, new.description);
END;
CREATE TRIGGER work_orders_fts_update AFTER UPDATE OF title, description ON work_orders BEGIN
  INSERT INTO work_orders_fts(work_orders_fts, rowid, title, description)
  VALUES ('delete', old.rowid, old.title, old.description);
  INSERT INTO work_orders_fts(rowid, title, description) VALUES (new.rowid, new.title, new.description);
END;
