import type { Server } from 'node:http'

export function serveDemo(options?: {
  readonly port?: number
  readonly isolated?: boolean
}): Promise<{ readonly server: Server; readonly url: string }>
