"""The weights of the model `small`, in the folder `model`; codesearch reads them."""
