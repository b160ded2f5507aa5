// What goes in and out, as JSON Schema: Fastify compiles validators and serializers from it.
const text = (maxLength, minLength = 0) => ({ type: 'string', minLength, maxLength })
const nullable = (schema) => ({ ...schema, nullable: true })
const id = { type: 'string', format: 'uuid' }
const moment = { type: 'string', format: 'date-time' }
const status = { type: 'string', enum: ['open', 'assigned', 'in_progress', 'on_hold', 'done', 'cancelled'] }
const priority = { type: 'string', enum: ['low', 'normal', 'high', 'urgent'] }
const common = { version: { type: 'integer' }, created_at: moment, updated_at: moment }
const object = (properties) => ({ type: 'object', properties })

const asset = object({
  id,
  name: text(200),
  tag: text(50),
  category: nullable(text(100)),
  location: nullable(text(200)),
  status: text(63),
  installed_on: nullable(text(10)),
  description: nullable(text(10000)),
  ...common
})
const technician = object({
  id,
  name: text(200),
  email: text(254),
  phone: nullable(text(32)),
  trade: nullable(text(100)),
  active: { type: 'boolean' },
  account_id: nullable(id),
  ...common
})
const order = {
  id,
  title: text(200),
  description: nullable(text(10000)),
  status,
  priority,
  due_at: nullable(moment),
  asset_id: id,
  assignee_id: nullable(id),
  notes: nullable(text(10000)),
  completed_at: nullable(moment),
  ...common
}
const writable = {
  title: text(200, 1),
  description: nullable(text(10000)),
  priority,
  due_at: nullable(moment),
  asset_id: id,
  assignee_id: nullable(id),
  notes: nullable(text(10000))
}
const strict = { type: 'object', additionalProperties: false }
const params = { ...object({ id }), required: ['id'] }

export const list = {
  querystring: {
    ...strict,
    properties: {
      status,
      priority,
      q: text(200),
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 25 },
      offset: { type: 'integer', minimum: 0, default: 0 }
    }
  },
  response: {
    200: object({
      items: { type: 'array', items: object({ ...order, asset, assignee: nullable(technician) }) }
    })
  }
}
export const get = { params, response: { 200: object(order) } }
export const create = {
  body: { ...strict, properties: writable, required: ['title', 'asset_id'] },
  response: { 201: object(order) }
}
export const update = {
  params,
  body: { ...strict, properties: { ...writable, status }, minProperties: 1 },
  response: { 200: object(order) }
}
export const attach = {
  params,
  response: {
    201: object({
      id,
      name: text(255),
      media_type: text(127),
      size: { type: 'integer' },
      sha256: text(64),
      created_at: moment
    })
  }
}
export const login = {
  body: {
    ...strict,
    properties: { email: { type: 'string', format: 'email' }, password: text(1000) },
    required: ['email', 'password']
  },
  response: { 200: object({ access_token: { type: 'string' } }) }
}
