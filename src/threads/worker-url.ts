// Where a page serves the script of the workers.

let url: string | undefined

/** Where the page serves nabla/worker.js; undefined for a blob: of it. */
export const workerUrl = (): string | undefined => url

export function setWorkerUrl(address: string | undefined): void {
  url = address
}
