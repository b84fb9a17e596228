'use client'

import { useEffect, useState } from 'react'
import { work } from './work.mjs'

export default function Page() {
  const [found, setFound] = useState('')
  useEffect(() => {
    work().then(
      (result) => setFound(JSON.stringify({ result })),
      (error) => setFound(JSON.stringify({ error: `${error.stack ?? error}` })),
    )
  }, [])
  return <pre id="found">{found}</pre>
}
