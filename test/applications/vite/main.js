document.body.append('It is built.')
