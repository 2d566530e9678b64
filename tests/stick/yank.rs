//! The stick is pulled at every single moment: what is on it afterwards is whole, and everything is in the books once.
