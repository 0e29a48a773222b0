"""interlayer: a virtual laboratory for lithium-metal cells whose lithium|electrolyte interface carries an engineered layer."""
__version__ = "0.1.0"
