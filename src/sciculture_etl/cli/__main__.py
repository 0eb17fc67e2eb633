from sciculture_etl.cli import main

main()
