// The page's address, where the desk is a page of its own: it says what to open, and holds what is looked at.

function initialize({ model }) {
  if (!document.body.dataset.voila) return;
  const keep = () => {
    const own = new URL(window.location.href);
    for (const [name, value] of Object.entries(model.get("kept"))) {
      if (value) own.searchParams.set(name, value);
      else own.searchParams.delete(name);
    }
    window.history.replaceState(null, "", own);
  };
  model.on("change:kept", keep);
  model.set("asked", Object.fromEntries(new URL(window.location.href).searchParams));
  model.save_changes();
  return () => model.off("change:kept", keep);
}

export default { initialize };
