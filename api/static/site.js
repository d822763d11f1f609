// Fields that a person left empty stay out of the address, so that a search can be shared as a short link. Nothing needs this.
document.addEventListener("formdata", (event) => {
  const data = event.formData;
  for (const name of new Set(data.keys())) {
    const given = data.getAll(name).filter((value) => value !== "");
    data.delete(name);
    for (const value of given) data.append(name, value);
  }
}, true);
