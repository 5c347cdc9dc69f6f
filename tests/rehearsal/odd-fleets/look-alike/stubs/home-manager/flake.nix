{
  outputs = _: { nixosModules.default.packages = [ ]; };
}
