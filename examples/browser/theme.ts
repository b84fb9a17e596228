// Sets the colours that the user has chosen before anything is shown: a classic script, in front of the style sheet's use.

try {
  const chosen = localStorage.getItem('nabla-theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
} catch {
  // A browser that keeps nothing for the page refuses it: then the colours are the system's.
}
