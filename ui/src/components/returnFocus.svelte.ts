/** While a sheet is open it has the focus; afterwards it goes back to where it was. To be called while the sheet is set up. */
export function returnFocus(open: () => boolean) {
  $effect.pre(() => {
    if (!open()) return;
    const opener = document.activeElement;
    return () => {
      // After the sheet has left the page, and only where nobody has taken the focus meanwhile.
      setTimeout(() => {
        if (document.activeElement !== null && document.activeElement !== document.body) return;
        if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
      });
    };
  });
}
