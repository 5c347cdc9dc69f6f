# A nixosSystem of our own: a module may import others, and what all of them say is put together.
{ inputs, revision }:
{
  nixosSystem =
    { name, modules }:
    let
      pkgs = import ../packages;
      host =
        { pkgs, roles }:
        let
          read =
            module:
            let
              body = if builtins.isAttrs module then module else import module;
              said = if builtins.isFunction body then body { inherit pkgs roles inputs name; } else body;
            in
            [ said ] ++ builtins.concatMap read (said.imports or [ ]);
          all = builtins.concatMap read modules;
          each = field: builtins.concatMap (said: said.${field} or [ ]) all;
        in
        {
          packages = each "packages";
          roles = each "roles";
        };
    in
    import ../system { inherit name pkgs revision host; };
}
