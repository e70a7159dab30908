namespace Whydrop.Lab.Tests.VirtualMachine;

/// <summary>A test that boots QEMU: it takes a minute or more of a processor, so it runs where WHYDROP_VM_TESTS is set.</summary>
public sealed class VirtualMachineFactAttribute : FactAttribute
{
    public VirtualMachineFactAttribute() =>
        Skip = Environment.GetEnvironmentVariable("WHYDROP_VM_TESTS") is { Length: > 0 } ? null : "boots a virtual machine: set WHYDROP_VM_TESTS=1";
}
