/** What `using` calls on a network, where the language's library has a `Symbol.dispose`; else nothing. Written as a
 * condition, so that the types also compile with libraries that are older than the symbol. */
export type Disposing = {
  [K in SymbolConstructor extends { readonly dispose: infer Dispose extends symbol }
    ? Dispose
    : never]: () => void
}
