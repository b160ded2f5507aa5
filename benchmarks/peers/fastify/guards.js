// What the ecosystem usually adds: @fastify/rate-limit, fastify-metrics, and Fastify's own log (pino, one JSON line).
import rateLimit from '@fastify/rate-limit'
import metrics from 'fastify-metrics'

const [max, unit] = (process.env.RATE_LIMIT ?? '100/minute').split('/')

export async function install (app) {
  // A limit counts users, not addresses, as the one that it is compared with.
  await app.register(rateLimit, {
    max: Number(max),
    timeWindow: `1 ${unit}`,
    hook: 'preHandler',
    keyGenerator: (request) => request.user?.sub ?? request.ip
  })
  await app.register(metrics, { endpoint: '/metrics' })
}
