//! Pinfold itself on a desktop.
