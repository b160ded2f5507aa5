-- What the peers store on PostgreSQL: the tables of examples/work-orders, with the same indexes and rules.
CREATE TABLE users (
  id uuid PRIMARY KEY,
  email varchar(254) NOT NULL UNIQUE,
  name varchar(200) NOT NULL,
  role varchar(20) NOT NULL,
  password_hash varchar(255) NOT NULL,
  is_active boolean NOT NULL DEFAULT true
);
CREATE TABLE assets (
  id uuid PRIMARY KEY,
  name varchar(200) NOT NULL,
  tag varchar(50) NOT NULL UNIQUE,
  category varchar(100),
  location varchar(200),
  status varchar(63) NOT NULL CHECK (status IN ('active', 'out_of_service', 'retired')),
  installed_on date,
  description varchar(10000),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE TABLE technicians (
  id uuid PRIMARY KEY,
  name varchar(200) NOT NULL,
  email varchar(254) NOT NULL UNIQUE,
  phone varchar(32),
  trade varchar(100),
  active boolean NOT NULL,
  account_id uuid UNIQUE REFERENCES users ON DELETE SET NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE TABLE work_orders (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  title varchar(200) NOT NULL,
  description varchar(10000),
  status varchar(63) NOT NULL DEFAULT 'open'
    CHECK (status IN ('open', 'assigned', 'in_progress', 'on_hold', 'done', 'cancelled')),
  priority varchar(63) NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  due_at timestamptz,
  asset_id uuid NOT NULL REFERENCES assets ON DELETE RESTRICT,
  assignee_id uuid REFERENCES technicians ON DELETE SET NULL,
  notes varchar(10000),
  completed_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  search tsvector GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || coalesce(description, ''))) STORED
);
CREATE INDEX ON work_orders (status, id);
CREATE INDEX ON work_orders (priority, id);
CREATE INDEX ON work_orders (assignee_id, id);
CREATE INDEX ON work_orders (asset_id, id);
CREATE INDEX ON work_orders (created_at, id);
CREATE INDEX ON work_orders (due_at, id);
CREATE INDEX ON work_orders USING gin (search);
CREATE TABLE attachments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  work_order_id uuid NOT NULL REFERENCES work_orders ON DELETE CASCADE,
  name varchar(255) NOT NULL,
  media_type varchar(127) NOT NULL,
  size bigint NOT NULL,
  sha256 varchar(64) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON attachments (work_order_id, id);
