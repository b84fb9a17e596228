// The package as CommonJS asks for it. Prints what came.

try {
  const { Network } = require('nabla')
  const { readCsv } = require('nabla/data')
  console.log(typeof Network, typeof readCsv)
} catch (error) {
  console.log(error.code, error.message)
}
