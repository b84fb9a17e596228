/** Posts what the work gives, or why it failed, to the server that this came from, as the answer to the page's number. */
export async function report(run, work) {
  let body
  try {
    body = { result: await work() }
  } catch (error) {
    body = { error: `${error.stack ?? error}` }
  }
  await fetch(`./answers/${run}`, { method: 'POST', body: JSON.stringify(body) })
}
