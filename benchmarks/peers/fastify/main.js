// The work-order service on Fastify and pg, as their documentation shows it.
import { createHash, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import jwt from '@fastify/jwt'
import multipart from '@fastify/multipart'
import postgres from '@fastify/postgres'
import { verify } from '@node-rs/argon2'
import Fastify from 'fastify'
import pg from 'pg'
import { install } from './guards.js'
import * as schemas from './schemas.js'

pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text)

const MEDIA_TYPES = new Set(['image/png', 'image/jpeg', 'application/pdf', 'text/plain', 'text/csv'])
const ORDER = [
  'id', 'title', 'description', 'status', 'priority', 'due_at', 'asset_id', 'assignee_id', 'notes', 'completed_at',
  'version', 'created_at', 'updated_at'
]
const ASSET = [
  'id', 'name', 'tag', 'category', 'location', 'status', 'installed_on', 'description', 'version', 'created_at',
  'updated_at'
]
const TECHNICIAN = [
  'id', 'name', 'email', 'phone', 'trade', 'active', 'account_id', 'version', 'created_at', 'updated_at'
]
const BACK = ORDER.join(', ')
const named = (alias, names) => names.map((name) => `${alias}.${name} AS ${alias}_${name}`).join(', ')
const LIST = `SELECT ${ORDER.map((name) => `o.${name}`).join(', ')}, ${named('a', ASSET)}, ${named('t', TECHNICIAN)}
  FROM work_orders o JOIN assets a ON a.id = o.asset_id LEFT JOIN technicians t ON t.id = o.assignee_id`

const app = Fastify({ logger: Boolean(process.env.GUARDS) })
await app.register(jwt, { secret: process.env.JWT_SECRET, sign: { expiresIn: '10m' } })
await app.register(postgres, { connectionString: process.env.DATABASE_URL, max: 10 })
await app.register(multipart, { limits: { fileSize: 10 * 1024 * 1024, files: 1 } })
if (process.env.GUARDS) await install(app)

const allow = (...roles) => async (request, reply) => {
  await request.jwtVerify()
  if (!roles.includes(request.user.role)) return reply.forbidden()
}
app.decorateReply('forbidden', function () {
  return this.code(403).send({ message: 'Not enough permissions' })
})
const readers = allow('admin', 'dispatcher', 'technician', 'viewer')
const writers = allow('admin', 'dispatcher')

const part = (row, alias, names) => {
  const found = {}
  for (const name of names) found[name] = row[`${alias}_${name}`]
  return found
}

app.get('/work-orders', { schema: schemas.list, onRequest: readers }, async (request) => {
  const { status, priority, q, limit, offset } = request.query
  const values = []
  const where = []
  const add = (text, value) => where.push(text.replace('?', `$${values.push(value)}`))
  if (status) add('o.status = ?', status)
  if (priority) add('o.priority = ?', priority)
  if (q) add("o.search @@ plainto_tsquery('simple', ?)", q)
  const filter = where.length ? `WHERE ${where.join(' AND ')}` : ''
  const page = `LIMIT $${values.push(limit)} OFFSET $${values.push(offset)}`
  const { rows } = await app.pg.query(`${LIST} ${filter} ORDER BY o.created_at DESC, o.id DESC ${page}`, values)
  for (const row of rows) {
    row.asset = part(row, 'a', ASSET)
    row.assignee = row.t_id === null ? null : part(row, 't', TECHNICIAN)
  }
  return { items: rows }
})

app.get('/work-orders/:id', { schema: schemas.get, onRequest: readers }, async (request, reply) => {
  const { rows } = await app.pg.query(`SELECT ${BACK} FROM work_orders WHERE id = $1`, [request.params.id])
  return rows[0] ?? reply.code(404).send({ message: 'Work order not found' })
})

app.post('/work-orders', { schema: schemas.create, onRequest: writers }, async (request, reply) => {
  const { title, description, priority = 'normal', due_at, asset_id, assignee_id, notes } = request.body
  const { rows } = await app.pg.query(
    `INSERT INTO work_orders (id, title, description, status, priority, due_at, asset_id, assignee_id, notes, version,
     created_at, updated_at) VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, 1, now(), now()) RETURNING ${BACK}`,
    [randomUUID(), title, description, priority, due_at, asset_id, assignee_id, notes]
  )
  return reply.code(201).send(rows[0])
})

app.patch('/work-orders/:id', { schema: schemas.update, onRequest: writers }, async (request, reply) => {
  const names = Object.keys(request.body)
  const sets = names.map((name, at) => `${name} = $${at + 2}`).join(', ')
  const { rows } = await app.pg.query(
    `UPDATE work_orders SET ${sets}, version = version + 1, updated_at = now() WHERE id = $1 RETURNING ${BACK}`,
    [request.params.id, ...names.map((name) => request.body[name])]
  )
  return rows[0] ?? reply.code(404).send({ message: 'Work order not found' })
})

app.post('/work-orders/:id/attachments', { schema: schemas.attach, onRequest: writers }, async (request, reply) => {
  const found = await app.pg.query('SELECT 1 FROM work_orders WHERE id = $1', [request.params.id])
  if (found.rows.length === 0) return reply.code(404).send({ message: 'Work order not found' })
  const file = await request.file()
  if (!MEDIA_TYPES.has(file.mimetype)) return reply.code(415).send({ message: 'This type of file is not accepted' })
  const content = await file.toBuffer()
  const id = randomUUID()
  await writeFile(join(process.env.FILES, id), content)
  const { rows } = await app.pg.query(
    `INSERT INTO attachments (id, work_order_id, name, media_type, size, sha256, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, now()) RETURNING id, name, media_type, size, sha256, created_at`,
    [id, request.params.id, file.filename, file.mimetype, content.length, createHash('sha256').update(content).digest('hex')]
  )
  return reply.code(201).send({ ...rows[0], size: content.length })
})

app.post('/auth/login', { schema: schemas.login }, async (request, reply) => {
  const { rows } = await app.pg.query('SELECT id, role, password_hash, is_active FROM users WHERE lower(email) = lower($1)', [
    request.body.email
  ])
  const user = rows[0]
  if (!user?.is_active || !(await verify(user.password_hash, request.body.password))) {
    return reply.code(401).send({ message: 'Wrong email or password' })
  }
  return { access_token: app.jwt.sign({ sub: user.id, role: user.role }) }
})

app.setErrorHandler((error, request, reply) => {
  if (error.code === '23503') return reply.code(409).send({ message: 'It refers to something that is not there' })
  return reply.code(error.statusCode ?? 500).send({ message: error.message })
})

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
