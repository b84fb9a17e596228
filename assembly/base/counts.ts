// Numbers that are known when a kernel is compiled, as type parameters: count<Six>() is 6, and a generic function of it is
// compiled once for each number that it is used with.

@unmanaged export class One { a: u8 }
@unmanaged export class Two extends One { b: u8 }
@unmanaged export class Three extends Two { c: u8 }
@unmanaged export class Four extends Three { d: u8 }
@unmanaged export class Five extends Four { e: u8 }
@unmanaged export class Six extends Five { f: u8 }
@unmanaged export class Seven extends Six { g: u8 }
@unmanaged export class Eight extends Seven { h: u8 }

@inline
export function count<N>(): i32 {
  return <i32>offsetof<N>()
}
